using Presage.Metrics;

namespace Presage.Simulation;

/// <summary>The samples of one batch on their way to the store.</summary>
sealed class Offer
{
    readonly List<(SeriesModel Series, long TimestampMs, long Bits)> _samples = [];

    public IReadOnlyList<(SeriesModel Series, long TimestampMs, long Bits)> Samples => _samples;

    public void Add(SeriesModel series, long timestampMs, double value) =>
        _samples.Add((series, timestampMs, BitConverter.DoubleToInt64Bits(value)));

    /// <summary>The batch, samples of one series that follow each other together.</summary>
    public SampleBatch ToBatch()
    {
        var batch = new SampleBatch();
        SeriesModel? last = null;
        foreach (var (series, timestampMs, bits) in _samples)
        {
            if (series != last)
            {
                batch.AddSeries(series.Key);
                last = series;
            }

            batch.AddSample(timestampMs, BitConverter.Int64BitsToDouble(bits));
        }

        return batch;
    }

    public override string ToString()
    {
        var first = _samples[0];
        var last = _samples[^1];
        return $"{_samples.Count} samples, {first.Series.Labels} at {first.TimestampMs} = " +
            $"{BitConverter.Int64BitsToDouble(first.Bits):R} to {last.Series.Labels} at {last.TimestampMs}";
    }
}
