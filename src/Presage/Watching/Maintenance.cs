using Presage.Metrics;

namespace Presage.Watching;

/// <summary>When hosts are under maintenance: what they do then is no example of what is usual.</summary>
/// <param name="IsOn">Whether a host is at a time.</param>
/// <param name="Of">When a host was, as far as that is known.</param>
public sealed record Maintenance(Func<string, long, bool> IsOn, Func<string, IReadOnlyList<TimeRange>> Of)
{
    /// <summary>Never.</summary>
    public static Maintenance None { get; } = new(static (_, _) => false, static _ => []);
}
