namespace Presage.Api;

/// <summary>
/// Metadata of endpoints that change nothing in spite of their method, or too much to log each time (samples).
/// </summary>
sealed class NotAudited
{
    public static readonly NotAudited Instance = new();
}
