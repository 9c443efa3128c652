using System.Collections.Concurrent;
using System.Text;
using Presage.Protocols.Prometheus;

namespace Presage.Receivers;

/// <summary>
/// Type, help and unit of metrics, as senders last described them: Prometheus by remote write 1.0 every minute, by 2.0
/// with every series (taken anew every ten minutes), text push and import with the samples.
/// </summary>
sealed class MetricDescriptions(TimeProvider time)
{
    /// <summary>Descriptions beyond this many are not kept: 20,000 of 200 characters are about 8 MB.</summary>
    const int NamesMax = 20_000;
    const int NameBytesMax = 256;
    static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<string, MetricDescription> _byName = new(StringComparer.Ordinal);

    /// <summary>What is known of a metric, under its own name or its family's; empty when nothing is.</summary>
    public MetricDescription Of(string name) => _byName.GetValueOrDefault(name)
        ?? (FamilyOf(name) is { } family ? _byName.GetValueOrDefault(family) : null)
        ?? MetricDescription.Unknown;

    /// <summary>All that is known, by the name of the family.</summary>
    public IEnumerable<KeyValuePair<string, MetricDescription>> All => _byName;

    /// <summary>Whether a metric was described within the last ten minutes. Does not allocate.</summary>
    public bool Knows(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameBytesMax)
        {
            return false;
        }

        Span<char> buffer = stackalloc char[NameBytesMax];
        var text = buffer[..Encoding.UTF8.GetChars(name, buffer)];
        return _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known)
            && time.GetElapsedTime(known.Noted) < KnownFor;
    }

    public void Note(IEnumerable<MetricMetadata> metadata)
    {
        foreach (var entry in metadata)
        {
            if (_byName.Count < NamesMax || _byName.ContainsKey(entry.Family))
            {
                _byName[entry.Family] = new MetricDescription(
                    entry.Type == "unknown" ? null : entry.Type,
                    entry.Help.Length == 0 ? null : entry.Help,
                    entry.Unit.Length == 0 ? null : entry.Unit)
                {
                    Noted = time.GetTimestamp(),
                };
            }
        }
    }

    /// <summary>The family of a counter, histogram or summary that is described without its ending.</summary>
    static string? FamilyOf(string name)
    {
        foreach (string ending in (ReadOnlySpan<string>)["_total", "_bucket", "_sum", "_count"])
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return name[..^ending.Length];
            }
        }

        return null;
    }
}

/// <summary>What is known of a metric; null where nothing was said.</summary>
sealed record MetricDescription(string? Type, string? Help, string? Unit)
{
    public static readonly MetricDescription Unknown = new(null, null, null);

    /// <summary>When, as a timestamp of the clock.</summary>
    public long Noted { get; init; }
}
