using Presage.Metrics;

namespace Presage.Storage;

/// <summary>Finds and takes out spans of ascending samples.</summary>
static class SampleRanges
{
    /// <summary>The place of the first timestamp that is not before the given one.</summary>
    public static int FirstAtOrAfter(ReadOnlySpan<long> timestampsMs, long timestampMs)
    {
        int at = timestampsMs.BinarySearch(timestampMs);
        return at < 0 ? ~at : at;
    }

    /// <summary>Takes the samples of a span out, of those from a place on; whether there were any.</summary>
    public static bool Drop(SampleColumns columns, int start, TimeRange range)
    {
        var times = columns.TimestampsMs[start..];
        int from = FirstAtOrAfter(times, range.FromMs);
        int to = range.ToMs == long.MaxValue ? times.Length : FirstAtOrAfter(times, range.ToMs + 1);
        if (to <= from)
        {
            return false;
        }

        Remove(columns, start + from, start + to);
        return true;
    }

    /// <summary>Takes samples out by place.</summary>
    public static void Remove(SampleColumns columns, int from, int to)
    {
        int rest = columns.Count - to;
        long[] times = columns.TimestampsMs[to..].ToArray();
        double[] values = columns.Values[to..].ToArray();
        columns.Truncate(from);
        columns.Extend(rest, out var targetTimes, out var targetValues);
        times.CopyTo(targetTimes);
        values.CopyTo(targetValues);
    }
}
