// Hot path: once per sample of a compared window. Budget: 3 ns a sample.
namespace Presage.Detection;

/// <summary>
/// The samples of one series cut into equal spans: of each span the mean, the extremes and how far it moves from sample
/// to sample. Of a counter the rates between its samples, resets taken out. Reused from series to series.
/// </summary>
sealed class SpanFigures
{
    /// <summary>Values beyond this count as this: sums of them stay finite.</summary>
    const double ValueMax = 1e100;

    readonly double[] _means = new double[SpansMax];
    readonly double[] _least = new double[SpansMax];
    readonly double[] _most = new double[SpansMax];
    readonly double[] _moves = new double[SpansMax];
    readonly int[] _counts = new int[SpansMax];

    /// <summary>Of window and the longest baseline.</summary>
    public const int SpansMax = ComparedWindow.Spans * (1 + ComparedWindow.BaselineMax);

    /// <summary>Whether all values were the same.</summary>
    public bool IsConstant { get; private set; }

    /// <summary>Timestamp of the first and last sample taken; long.MinValue without any.</summary>
    public long FirstMs { get; private set; }

    public long LastMs { get; private set; }

    public int Samples { get; private set; }

    public ReadOnlySpan<double> Means => _means;

    public ReadOnlySpan<double> Least => _least;

    public ReadOnlySpan<double> Most => _most;

    /// <summary>Mean distance between neighbouring samples; 0 where there is one sample.</summary>
    public ReadOnlySpan<double> Moves => _moves;

    /// <summary>Values per span.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Cuts ascending samples; what is no finite number is left out.</summary>
    public void Take(
        in ComparedWindow window, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, bool isCounter)
    {
        int spans = window.BaselineSpans + ComparedWindow.Spans;
        Array.Clear(_counts, 0, spans);
        FirstMs = LastMs = long.MinValue;
        Samples = 0;
        double lowest = double.MaxValue, highest = double.MinValue, before = double.NaN, rate = double.NaN;
        int span = -1;
        long spanEndMs = long.MinValue, beforeMs = 0;
        double sum = 0, weight = 0, least = 0, most = 0, moves = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            long timestampMs = timestampsMs[i];
            if (!double.IsFinite(value) || timestampMs < window.BaselineFromMs || timestampMs >= window.ToMs ||
                timestampMs <= LastMs)
            {
                continue;
            }

            value = Math.Clamp(value, -ValueMax, ValueMax);
            FirstMs = FirstMs == long.MinValue ? timestampMs : FirstMs;
            LastMs = timestampMs;
            Samples++;
            double share = 1;
            if (isCounter)
            {
                double last = before;
                long lastMs = beforeMs;
                before = value;
                beforeMs = timestampMs;
                if (double.IsNaN(last))
                {
                    continue;
                }

                share = (timestampMs - lastMs) / 1_000.0;
                value = (value >= last ? value - last : Math.Max(0, value)) / share;
            }

            lowest = Math.Min(lowest, value);
            highest = Math.Max(highest, value);
            if (timestampMs >= spanEndMs)
            {
                Close(span, sum, weight, least, most, moves);
                span = Math.Min(spans - 1, (int)((timestampMs - window.BaselineFromMs) / window.SpanMs));
                spanEndMs = span == spans - 1 ? long.MaxValue : window.StartOf(span + 1);
                (sum, weight, moves, least, most) = (0, 0, 0, value, value);
                rate = value;
            }

            sum += value * share;
            weight += share;
            moves += Math.Abs(value - rate);
            rate = value;
            least = Math.Min(least, value);
            most = Math.Max(most, value);
            _counts[span]++;
        }

        Close(span, sum, weight, least, most, moves);
        IsConstant = lowest >= highest;
    }

    void Close(int span, double sum, double weight, double least, double most, double moves)
    {
        if (span >= 0)
        {
            _means[span] = Math.Clamp(sum / weight, least, most);
            _least[span] = least;
            _most[span] = most;
            _moves[span] = _counts[span] > 1 ? moves / (_counts[span] - 1) : 0;
        }
    }
}
