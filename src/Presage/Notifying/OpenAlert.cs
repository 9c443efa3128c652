namespace Presage.Notifying;

/// <summary>What the evaluator remembers of a pending or firing alert besides its state.</summary>
/// <param name="Thread">The thread of the message that told its firing.</param>
/// <param name="Told">Whether it was decided who is told of its firing.</param>
sealed record OpenAlert(long Id, string? Thread, bool Told);
