namespace Presage.Detection;

/// <summary>
/// Says whether and how a series changed in a window, compared with the baseline before it: by the ranks of the means
/// of equal spans (so scale and outliers do not matter), by values farther out than any before, by how much it moves
/// from sample to sample, by whether it is there at all. Neighbouring spans that follow each other count as fewer;
/// a trend that only goes on is no change. One per thread, reused from series to series; allocates nothing.
/// </summary>
public sealed class WindowComparison
{
    /// <summary>Fewer spans with values than this say nothing of a baseline.</summary>
    const int BaselineSpansMin = 6;

    const int WindowSpansMin = 3;

    /// <summary>Questions asked of a series: level, peaks, roughness.</summary>
    const int Questions = 3;

    /// <summary>There is no chance to speak of in appearing and stopping: these rank them in the middle.</summary>
    const double AppearedProbability = 1e-3, StoppedProbability = 1e-4;

    /// <summary>What came up or stopped counts as moved by this much.</summary>
    const double PresenceEffect = 3;

    /// <summary>A trend that explains this part of a baseline may go on into the window.</summary>
    const double TrendMin = 0.6;

    /// <summary>A window that a line explains this well climbs or sinks, rather than having stepped.</summary>
    const double ClimbMin = 0.8;

    /// <summary>
    /// With which power of the distance it gets rarer: of single values (between where the baseline has bursts and
    /// where it has none), of the mean of a span, of means that stay there.
    /// </summary>
    const double BurstTail = 1.5, ValueTail = 2.5, MeanTail = 2, RunTail = 3;

    /// <summary>A baseline whose farthest value is farther than this many times its spread has bursts.</summary>
    const double BurstSpread = 10;

    readonly SpanFigures _figures = new();
    readonly SpanTest _test = new();
    readonly double[] _values = new double[SpanFigures.SpansMax];
    readonly double[] _straight = new double[SpanFigures.SpansMax];
    readonly int[] _spans = new int[SpanFigures.SpansMax];

    /// <summary>Compares the samples of one series, ascending in time.</summary>
    /// <param name="isCounter">Whether rates are to be compared instead of values.</param>
    public WindowChange Compare(
        in ComparedWindow window, ReadOnlySpan<long> timestampsMs, ReadOnlySpan<double> values, bool isCounter)
    {
        _figures.Take(window, timestampsMs, values, isCounter);
        if (Presence(window) is { } presence)
        {
            return presence;
        }

        if (_figures.IsConstant)
        {
            return WindowChange.None;
        }

        Gather(window, _figures.Means, out int baseline, out int present);
        if (baseline < BaselineSpansMin || present < WindowSpansMin)
        {
            return WindowChange.None;
        }

        var change = Level(baseline, present);
        if (Peak(window, baseline) is var peak && peak.Probability < change.Probability / 10)
        {
            change = peak;
        }

        if (Roughness(window) is var rough && rough.Probability < change.Probability / 100)
        {
            change = rough with { Before = change.Before, After = change.After };
        }

        double probability = Math.Min(1, Questions * change.Probability);
        return probability < 0.5 ? change with { Probability = probability } : WindowChange.None;
    }

    /// <summary>
    /// Writes the mean of each span of the last comparison, those of the baseline first; NaN where there is none.
    /// </summary>
    public void Shape(in ComparedWindow window, Span<double> shape)
    {
        for (int i = 0; i < window.BaselineSpans + ComparedWindow.Spans; i++)
        {
            shape[i] = _figures.Counts[i] > 0 ? _figures.Means[i] : double.NaN;
        }
    }

    WindowChange? Presence(in ComparedWindow window)
    {
        int before = Present(0, window.BaselineSpans);
        int after = Present(window.BaselineSpans, ComparedWindow.Spans);
        if (before + after == 0)
        {
            return WindowChange.None;
        }

        if (before == 0 && after >= WindowSpansMin && _figures.FirstMs > window.FromMs + window.SpanMs)
        {
            return new WindowChange(
                ChangeKind.Appeared, AppearedProbability, PresenceEffect, double.NaN,
                Mean(window.BaselineSpans, ComparedWindow.Spans), First(window.BaselineSpans));
        }

        // Stopped: nothing for three spans and for four of the distances there were before.
        double cadenceMs = (_figures.LastMs - _figures.FirstMs) / (double)Math.Max(1, _figures.Samples - 1);
        double silentMs = window.ToMs - _figures.LastMs;
        if (before >= 0.8 * window.BaselineSpans && silentMs > Math.Max(4 * cadenceMs, 3 * window.SpanMs))
        {
            int last = (int)((_figures.LastMs - window.FromMs) / window.SpanMs) + 1;
            return new WindowChange(
                ChangeKind.Stopped, StoppedProbability, PresenceEffect, Mean(0, window.BaselineSpans), double.NaN,
                Math.Clamp(last, 0, ComparedWindow.Spans - 1));
        }

        return null;
    }

    int Present(int from, int count) => count - _figures.Counts.Slice(from, count).Count(0);

    int First(int from)
    {
        int first = _figures.Counts[from..].IndexOfAnyExcept(0);
        return Math.Clamp(first, 0, ComparedWindow.Spans - 1);
    }

    double Mean(int from, int count)
    {
        double sum = 0;
        int present = 0;
        for (int i = from; i < from + count; i++)
        {
            if (_figures.Counts[i] > 0)
            {
                sum += _figures.Means[i];
                present++;
            }
        }

        return present == 0 ? double.NaN : sum / present;
    }

    /// <summary>Moves the spans that have values together: those of the baseline, then those of the window.</summary>
    void Gather(in ComparedWindow window, ReadOnlySpan<double> figures, out int baseline, out int present)
    {
        int at = 0;
        baseline = 0;
        for (int i = 0; i < window.BaselineSpans + ComparedWindow.Spans; i++)
        {
            if (_figures.Counts[i] > 0)
            {
                _values[at] = figures[i];
                _spans[at++] = i - window.BaselineSpans;
                baseline += i < window.BaselineSpans ? 1 : 0;
            }
        }

        present = at - baseline;
    }

    WindowChange Level(int baseline, int present)
    {
        var spans = _spans.AsSpan(0, baseline + present);
        var values = _values.AsSpan(0, baseline + present);
        var change = Told(_test.Of(values[..baseline], values[baseline..]), spans, baseline);
        var line = SpanLine.Through(spans[..baseline], values[..baseline]);
        if (change.Probability < 1 && line.Explained >= TrendMin)
        {
            // Less than what the trend alone would have brought is no change; nor is what only the trend denies.
            for (int i = 0; i < values.Length; i++)
            {
                _straight[i] = values[i] - line.At(spans[i]);
            }

            var straight = _straight.AsSpan(0, values.Length);
            var against = Told(_test.Of(straight[..baseline], straight[baseline..]), spans, baseline);
            if (against.Probability > change.Probability || against.Effect < change.Effect)
            {
                change = change with
                {
                    Probability = Math.Max(change.Probability, against.Probability),
                    Effect = Math.Min(change.Effect, against.Effect),
                };
            }
        }

        var rise = SpanLine.Through(spans[baseline..], values[baseline..]);
        bool isLine = rise.Explained >= ClimbMin && Math.Abs(rise.Slope) > 2 * Math.Abs(line.Slope);
        return isLine && change.Kind is ChangeKind.Rose or ChangeKind.Fell
            ? change with { Kind = isLine ? (rise.Slope > 0 ? ChangeKind.Climbs : ChangeKind.Sinks) : change.Kind }
            : change;
    }

    static WindowChange Told(in SpanShift shift, ReadOnlySpan<int> spans, int baseline) => new(
        shift.After >= shift.Before ? ChangeKind.Rose : ChangeKind.Fell,
        shift.Probability,
        shift.Effect,
        shift.Before,
        shift.After,
        Math.Max(0, spans[baseline + shift.First]));

    /// <summary>Single values, or means of spans, farther from the middle than any in the baseline.</summary>
    WindowChange Peak(in ComparedWindow window, int baseline)
    {
        var values = Beyond(window, baseline, ValueTail, _figures.Most, _figures.Least);
        var means = Beyond(window, baseline, MeanTail, _figures.Means, _figures.Means);
        if (means.Probability >= values.Probability)
        {
            return values with { Probability = Math.Min(1, 2 * values.Probability) };
        }

        // What begins within the window and stays to its end is no peak.
        int end = window.BaselineSpans + ComparedWindow.Spans, first = end;
        double middle = means.Before, enough = (means.After - middle) / 2;
        while (first > window.BaselineSpans && (_figures.Counts[first - 1] == 0 ||
            (_figures.Means[first - 1] - middle) / enough > 1))
        {
            first--;
        }

        return end - first < 2 ? means with { Probability = Math.Min(1, 2 * means.Probability) } : means with
        {
            Probability = Math.Min(1, 2 * Math.Pow(means.Probability, RunTail / MeanTail)),
            Kind = enough > 0 ? ChangeKind.Rose : ChangeKind.Fell,
            After = Mean(first, end - first),
            FirstSpan = first - window.BaselineSpans,
        };
    }

    WindowChange Beyond(
        in ComparedWindow window, int baseline, double tail, ReadOnlySpan<double> most, ReadOnlySpan<double> least)
    {
        double middle = _test.Middle;
        double usual = Farthest(0, window.BaselineSpans, middle, most, least, out _);
        usual = Math.Max(usual, SpanTest.FloorOf(middle));
        double far = Farthest(window.BaselineSpans, ComparedWindow.Spans, middle, most, least, out int span);
        if (far <= usual)
        {
            return WindowChange.None;
        }

        // The farthest of n is as rare as one in n; beyond it rarity grows with a power of the distance.
        double ratio = usual > 0 ? usual / far : 0.1;
        if (tail == ValueTail)
        {
            double spread = Math.Max(_test.Scale, MeanMove(window.BaselineSpans));
            tail = Math.Clamp(BurstSpread * spread / Math.Max(usual, spread), BurstTail, ValueTail);
        }

        double probability = ComparedWindow.Spans / (baseline + 1.0) * Math.Pow(ratio, tail);
        double value = most[span] - middle >= middle - least[span] ? most[span] : least[span];
        double unit = Math.Max(Math.Max(_test.Scale, SpanTest.FloorOf(middle)), usual / 3);
        return new WindowChange(
            ChangeKind.Peak, Math.Min(1, probability), unit > 0 ? far / unit : 10, middle, value,
            span - window.BaselineSpans);
    }

    double MeanMove(int spans)
    {
        double sum = 0;
        int present = 0;
        for (int i = 0; i < spans; i++)
        {
            if (_figures.Counts[i] > 1)
            {
                sum += _figures.Moves[i];
                present++;
            }
        }

        return present == 0 ? 0 : sum / present;
    }

    double Farthest(
        int from, int count, double middle, ReadOnlySpan<double> most, ReadOnlySpan<double> least, out int span)
    {
        double far = 0;
        span = from;
        for (int i = from; i < from + count; i++)
        {
            if (_figures.Counts[i] > 0)
            {
                double distance = Math.Max(most[i] - middle, middle - least[i]);
                if (distance > far)
                {
                    far = distance;
                    span = i;
                }
            }
        }

        return far;
    }

    WindowChange Roughness(in ComparedWindow window)
    {
        Gather(window, _figures.Moves, out int baseline, out int present);
        var values = _values.AsSpan(0, baseline + present);
        if (values.IndexOfAnyExcept(0.0) < 0)
        {
            return WindowChange.None;
        }

        var shift = _test.Of(values[..baseline], values[baseline..]);
        double more = Math.Max(shift.Before, shift.After), less = Math.Min(shift.Before, shift.After);

        // Noise that is a quarter rougher is the same noise.
        if (more <= 1.25 * less)
        {
            return WindowChange.None;
        }

        var told = Told(shift, _spans, baseline);
        return told with
        {
            Kind = told.Kind == ChangeKind.Rose ? ChangeKind.Rougher : ChangeKind.Calmer,
            Effect = Math.Min(told.Effect, less > 0 ? more / less : 10),
        };
    }
}
