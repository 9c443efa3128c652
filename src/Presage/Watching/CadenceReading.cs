using Presage.Metrics;

namespace Presage.Watching;

/// <summary>
/// How far apart a host's samples are, where they begin, and which labels they share: read from one series that every
/// source sends with each scrape.
/// </summary>
/// <param name="Samples">How many samples the reading rests on.</param>
sealed record CadenceReading(TimeSpan Cadence, long OldestMs, LabelSet Labels, int Samples)
{
    /// <summary>Series that come with each scrape, best first.</summary>
    static readonly string[] Probes = ["node_load1", "node_memory_MemTotal_bytes", "node_time_seconds", "up"];

    /// <summary>
    /// So many of the newest distances that differ from the median by <see cref="OtherFactor"/> and more, all to one
    /// side, are another cadence: at 64 samples a minute apart the old one would hold for half an hour.
    /// </summary>
    const int OtherDistances = 3;
    const double OtherFactor = 1.5;

    /// <summary>Reads the newest samples of the range; null when no probe is there.</summary>
    public static CadenceReading? Of(ISampleSource source, TimeRange range)
    {
        var columns = new SampleColumns();
        foreach (string probe in Probes)
        {
            var series = source.Select([new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, probe)], range);
            foreach (var one in series)
            {
                columns.Clear();
                one.Read(range, columns);
                if (columns.Count > 0)
                {
                    var times = columns.TimestampsMs;
                    return new CadenceReading(Of(times), times[0], one.Labels, columns.Count);
                }
            }
        }

        return null;
    }

    /// <summary>
    /// The median distance of the newest 64 samples, or of the last three where those are of another cadence, rounded
    /// to whole seconds, at least one; one for a single sample.
    /// </summary>
    public static TimeSpan Of(ReadOnlySpan<long> timestampsMs)
    {
        var newest = timestampsMs[^Math.Min(64, timestampsMs.Length)..];
        if (newest.Length < 2)
        {
            return TimeSpan.FromSeconds(1);
        }

        Span<long> distances = stackalloc long[newest.Length - 1];
        for (int i = 1; i < newest.Length; i++)
        {
            distances[i - 1] = newest[i] - newest[i - 1];
        }

        Span<long> last = stackalloc long[OtherDistances];
        bool isMore = distances.Length > OtherDistances;
        (isMore ? distances[^OtherDistances..] : distances[..0]).CopyTo(last);
        distances.Sort();
        double median = distances[distances.Length / 2];
        if (isMore)
        {
            last.Sort();
            bool isOther = last[0] >= OtherFactor * median || last[^1] <= median / OtherFactor;
            median = isOther ? last[OtherDistances / 2] : median;
        }

        return TimeSpan.FromSeconds(Math.Max(1, Math.Round(median / 1000.0)));
    }
}
