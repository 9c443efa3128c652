using Presage.Metrics;

namespace Presage.Watching;

/// <summary>
/// Which families of vital signs take part in the running anomaly of a host, as series for alert rules:
/// presage_host_anomaly_family{host, family} is 1 while the anomaly runs, from when the family takes part in it.
/// </summary>
sealed class AnomalyFamilies(string host)
{
    /// <summary>What is weaker than this share of the first cause takes part by chance.</summary>
    const double PartShare = 0.3;

    readonly SortedDictionary<string, (byte[] Key, SampleColumns Samples)> _running = new(StringComparer.Ordinal);
    readonly List<(byte[] Key, SampleColumns Samples)> _ended = [];

    /// <summary>Takes the anomaly as it is now; null where none runs that may alert.</summary>
    /// <param name="isDue">Whether values are stored again though nothing changed.</param>
    public void See(long nowMs, HostAnomaly? anomaly, bool isDue)
    {
        if (anomaly is null)
        {
            foreach (var (key, samples) in _running.Values)
            {
                samples.Add(nowMs, SampleValue.StaleMarker);
                _ended.Add((key, samples));
            }

            _running.Clear();
            return;
        }

        if (isDue)
        {
            foreach (var (_, samples) in _running.Values)
            {
                samples.Add(nowMs, 1);
            }
        }

        foreach (var cause in anomaly.Causes)
        {
            bool takesPart = cause.Family.Length > 0 && cause.Strength >= PartShare * anomaly.Causes[0].Strength;
            if (takesPart && !_running.ContainsKey(cause.Family))
            {
                var samples = new SampleColumns(capacity: 0);
                samples.Add(nowMs, 1);
                _running.Add(cause.Family, (KeyOf(cause.Family), samples));
            }
        }
    }

    /// <summary>Moves what is to be stored into a batch.</summary>
    public void Flush(SampleBatch batch)
    {
        foreach (var (key, samples) in _running.Values.Concat(_ended))
        {
            batch.Move(key, samples);
        }

        _ended.Clear();
    }

    byte[] KeyOf(string family) => LabelSet.OfMetric(
        "presage_host_anomaly_family", new Label("family", family), new Label(LabelNames.Host, host)).ToKey();
}
