namespace Presage.Watching;

/// <summary>
/// The data times at which a vital sign is evaluated next: from <see cref="FirstMs"/> to <see cref="LastMs"/>, a step
/// apart. The last one is the newest sample's time, so a value shows as soon as its samples are there.
/// </summary>
readonly record struct EvaluationSpan(long FirstMs, long LastMs, long StepMs)
{
    /// <summary>Points of one query: an hour at 1 s.</summary>
    public const int PointsMax = 3_600;

    public int Count => (int)(((LastMs - FirstMs) / StepMs) + 1);

    /// <summary>
    /// What is due, or null. Samples jitter by some ms, so nine tenths of a step are enough. What lies before
    /// <paramref name="oldestMs"/> has no samples and is skipped.
    /// </summary>
    public static EvaluationSpan? Next(long evaluatedMs, long oldestMs, long newestMs, long stepMs)
    {
        if (newestMs == long.MinValue || (evaluatedMs != long.MinValue && newestMs - evaluatedMs < stepMs * 9 / 10))
        {
            return null;
        }

        if (evaluatedMs != long.MinValue && newestMs - evaluatedMs < 2 * stepMs)
        {
            return new EvaluationSpan(newestMs, newestMs, stepMs);
        }

        long after = evaluatedMs == long.MinValue ? oldestMs : Math.Max(evaluatedMs + 1, oldestMs);
        long steps = Math.Max(0, (newestMs - after) / stepMs);
        return new EvaluationSpan(newestMs - (steps * stepMs), newestMs, stepMs);
    }

    /// <summary>The span in parts of at most <see cref="PointsMax"/> points, oldest first.</summary>
    public IEnumerable<EvaluationSpan> Parts()
    {
        for (long first = FirstMs; first <= LastMs; first += PointsMax * StepMs)
        {
            long last = Math.Min(LastMs, first + ((PointsMax - 1) * StepMs));
            yield return new EvaluationSpan(first, last, StepMs);
        }
    }
}
