namespace Presage.Detection;

/// <summary>
/// A window in which something may have changed and the baseline that ends where it begins, cut into spans of equal
/// length: <see cref="Spans"/> of the window, at least as many of the baseline.
/// </summary>
public readonly record struct ComparedWindow
{
    /// <summary>Spans of the window.</summary>
    public const int Spans = 24;

    /// <summary>A baseline is at most this many times as long as the window.</summary>
    public const int BaselineMax = 4;

    /// <summary>A window is at least this long: shorter ones hold too few samples to compare.</summary>
    public const long WindowMinMs = 10_000;

    /// <param name="baselineFromMs">
    /// Where the baseline begins; moved so that it is one to four windows long.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The window is shorter than ten seconds.</exception>
    public ComparedWindow(long fromMs, long toMs, long baselineFromMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(toMs - fromMs, WindowMinMs);
        FromMs = fromMs;
        ToMs = toMs;
        SpanMs = (toMs - fromMs) / (double)Spans;
        BaselineSpans = (int)Math.Clamp(Math.Round((fromMs - baselineFromMs) / SpanMs), Spans, Spans * BaselineMax);
        BaselineFromMs = fromMs - (long)(BaselineSpans * SpanMs);
    }

    /// <summary>Where the window begins and the baseline ends.</summary>
    public long FromMs { get; }

    /// <summary>Where the window ends.</summary>
    public long ToMs { get; }

    /// <summary>Where the baseline begins.</summary>
    public long BaselineFromMs { get; }

    /// <summary>Spans of the baseline.</summary>
    public int BaselineSpans { get; }

    /// <summary>The length of a span.</summary>
    public double SpanMs { get; }

    /// <summary>
    /// The window with the baseline that suits it: four windows, an hour at most, one window at least.
    /// </summary>
    public static ComparedWindow Of(long fromMs, long toMs) =>
        new(fromMs, toMs, Math.Max(fromMs - (BaselineMax * (toMs - fromMs)), fromMs - 3_600_000));

    /// <summary>Where a span begins; those of the baseline come first.</summary>
    public long StartOf(int span) => BaselineFromMs + (long)(span * SpanMs);
}
