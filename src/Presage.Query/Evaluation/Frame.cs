namespace Presage.Query.Evaluation;

/// <summary>
/// The steps an expression is evaluated at, and the columns that belong to them. A subquery has a frame of its own; an
/// instant query is a frame of one step.
/// </summary>
sealed class Frame
{
    readonly Stack<double[]> _free = new();
    long _rented;
    int[]? _windowStarts;
    int[]? _windowEnds;

    public Frame(QueryRun run, long startMs, long stepMs, int steps)
    {
        Run = run;
        StartMs = startMs;
        StepMs = stepMs;
        Steps = steps;
    }

    public QueryRun Run { get; }

    public long StartMs { get; }

    public long StepMs { get; }

    public int Steps { get; }

    public long EndMs => StartMs + ((Steps - 1) * StepMs);

    /// <summary>Scratch for the window of each step; free again when the series at hand is computed.</summary>
    public int[] WindowStarts => _windowStarts ??= new int[Steps];

    /// <inheritdoc cref="WindowStarts"/>
    public int[] WindowEnds => _windowEnds ??= new int[Steps];

    public long TimeMs(int step) => StartMs + (step * StepMs);

    /// <summary>A column of values with undefined content, counted against the query's limit.</summary>
    public double[] Rent()
    {
        if (_free.TryPop(out double[]? values))
        {
            return values;
        }

        Run.Hold(Steps);
        _rented += Steps;
        return new double[Steps];
    }

    /// <summary>A column without a point.</summary>
    public double[] RentAbsent()
    {
        double[] values = Rent();
        values.AsSpan().Fill(Point.Absent);
        return values;
    }

    public void Return(double[] values) => _free.Push(values);

    /// <summary>Ends a subquery's frame: its columns no longer count.</summary>
    public void ReleaseAll() => Run.Release(_rented);
}
