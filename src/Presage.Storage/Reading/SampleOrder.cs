using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Chunks of one series may overlap (a block and the head, two blocks of one hour): puts their samples in order.
/// </summary>
static class SampleOrder
{
    /// <summary>
    /// Sorts the samples from a position on by time; of those with one timestamp the first one stays.
    /// </summary>
    public static void Restore(SampleColumns columns, int start)
    {
        if (IsAscending(columns.TimestampsMs[start..]))
        {
            return;
        }

        long[] times = columns.TimestampsMs[start..].ToArray();
        double[] values = columns.Values[start..].ToArray();
        int[] order = new int[times.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        order.AsSpan().Sort((a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        columns.Truncate(start);
        long previous = 0;
        bool any = false;
        foreach (int i in order)
        {
            if (!any || times[i] != previous)
            {
                columns.Add(times[i], values[i]);
            }

            previous = times[i];
            any = true;
        }
    }

    static bool IsAscending(ReadOnlySpan<long> times)
    {
        for (int i = 1; i < times.Length; i++)
        {
            if (times[i] <= times[i - 1])
            {
                return false;
            }
        }

        return true;
    }
}
