using Presage.Metrics;
using Presage.Query;

namespace Presage.Watching;

/// <summary>Reads now and then what is to be known of a host: how often it sends, its labels, its machine.</summary>
sealed class HostDescribing(PromQlEngine engine, HostRegistry registry)
{
    const int SamplesOfCadenceMin = 4;

    readonly FactsReading _facts = new(engine);

    /// <summary>Reads it and notes when that was.</summary>
    public void Describe(
        HostEntry entry, HostWatch watch, ISampleSource source, long newestMs, CancellationToken cancellationToken)
    {
        var reading = CadenceReading.Of(source, new TimeRange(newestMs - 3_600_000, newestMs));

        // Of a host just met the cadence is not known: it is read again with each sample.
        watch.DescribedMs = reading is { Samples: < SamplesOfCadenceMin } ? long.MinValue : newestMs;
        var facts = _facts.Read(source, newestMs, cancellationToken);
        lock (entry.Gate)
        {
            entry.Facts = facts;
            if (reading is null)
            {
                return;
            }

            entry.Cadence = reading.Cadence;
            var labels = new Dictionary<string, string>(StringComparer.Ordinal);
            var own = reading.Labels.Without(LabelNames.MetricName, LabelNames.Instance, LabelNames.Host);
            foreach (var label in own.Labels)
            {
                labels[label.Name] = label.Value;
            }

            entry.Labels = labels;
            entry.Origin = entry.IsImported ? HostOrigin.Imported
                : entry.Name == registry.LocalHost ? HostOrigin.Local
                : facts.AgentVersion is not null ? HostOrigin.Agent
                : reading.Labels[LabelNames.Instance].Contains(':', StringComparison.Ordinal) ? HostOrigin.Prometheus
                : HostOrigin.Other;
        }
    }
}
