using Presage.Metrics;

namespace Presage.Watching;

/// <summary>Columns that wait to be stored as one series.</summary>
static class BatchColumns
{
    /// <summary>Room kept for later: a fleet has ten thousands of such columns.</summary>
    const int KeptMax = 4;

    /// <summary>Moves what waits into a batch.</summary>
    public static void Move(this SampleBatch batch, byte[] key, SampleColumns columns)
    {
        if (columns.Count == 0)
        {
            return;
        }

        batch.AddSeries(key);
        for (int i = 0; i < columns.Count; i++)
        {
            batch.AddSample(columns.TimestampsMs[i], columns.Values[i]);
        }

        columns.ClearTo(KeptMax);
    }
}
