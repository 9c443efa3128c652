using System.Collections.Concurrent;
using Presage.Protocols.Prometheus;

namespace Presage.Receivers;

/// <summary>Type and help of metrics, as senders last described them (Prometheus does so every minute).</summary>
sealed class MetricDescriptions
{
    /// <summary>Descriptions beyond this many are not kept: 20,000 of 200 characters are about 8 MB.</summary>
    const int NamesMax = 20_000;

    readonly ConcurrentDictionary<string, (string? Type, string? Help)> _byName = new(StringComparer.Ordinal);

    public (string? Type, string? Help) Of(string name) => _byName.GetValueOrDefault(name);

    public void Note(IReadOnlyList<MetricMetadata> metadata)
    {
        foreach (var entry in metadata)
        {
            if (_byName.Count < NamesMax || _byName.ContainsKey(entry.Family))
            {
                _byName[entry.Family] = (
                    entry.Type == "unknown" ? null : entry.Type, entry.Help.Length == 0 ? null : entry.Help);
            }
        }
    }
}
