namespace Presage.Storage;

/// <summary>
/// Something the store did by itself that an operator wants to know of: data deleted for want of room, or not deleted
/// because the clock is in doubt.
/// </summary>
/// <param name="TimeMs">When, ms since 1970 UTC.</param>
/// <param name="Text">What, as a sentence.</param>
public sealed record StorageEvent(long TimeMs, string Text);
