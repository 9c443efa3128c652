namespace Presage;

/// <summary>
/// Background work that happens again and again. A turn that fails is logged and the next one comes all the same.
/// </summary>
static class Loop
{
    /// <summary>After a turn that took long, a rest at most this long.</summary>
    static readonly TimeSpan RestMax = TimeSpan.FromSeconds(10);

    /// <summary>A turn after each pulse, and when none came for <paramref name="atMost"/>.</summary>
    public static Task AfterAsync(
        string name,
        Pulse pulse,
        TimeSpan atMost,
        TimeProvider time,
        ILogger logger,
        Func<CancellationToken, ValueTask> turn,
        CancellationToken cancellationToken) => RepeatAsync(name, async stopping =>
        {
            await pulse.WaitAsync(atMost, time, stopping);
            return true;
        }, logger, turn, cancellationToken);

    /// <summary>
    /// A turn at an interval, but no more than <paramref name="share"/> of the time is spent in turns: after one that
    /// took long the next one comes later, by 10 s at most.
    /// </summary>
    /// <param name="share">Ratio, above 0 and at most 1.</param>
    public static async Task EveryAsync(
        string name,
        TimeSpan interval,
        double share,
        TimeProvider time,
        ILogger logger,
        Func<CancellationToken, ValueTask> turn,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        long ended = time.GetTimestamp();
        var rest = TimeSpan.Zero;
        await RepeatAsync(name, WaitAsync, logger, MeasuredAsync, cancellationToken);

        async ValueTask<bool> WaitAsync(CancellationToken stopping)
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                if (time.GetElapsedTime(ended) >= rest)
                {
                    return true;
                }
            }

            return false;
        }

        async ValueTask MeasuredAsync(CancellationToken stopping)
        {
            long began = time.GetTimestamp();
            try
            {
                await turn(stopping);
            }
            finally
            {
                ended = time.GetTimestamp();
                rest = RestAfter(time.GetElapsedTime(began, ended), interval, share);
            }
        }
    }

    /// <summary>How long to rest after a turn; zero when the interval is rest enough.</summary>
    public static TimeSpan RestAfter(TimeSpan turn, TimeSpan interval, double share)
    {
        var rest = turn * ((1 / share) - 1);
        return rest <= interval ? TimeSpan.Zero : rest < RestMax ? rest : RestMax;
    }

    static async Task RepeatAsync(
        string name,
        Func<CancellationToken, ValueTask<bool>> wait,
        ILogger logger,
        Func<CancellationToken, ValueTask> turn,
        CancellationToken cancellationToken)
    {
        try
        {
            while (await wait(cancellationToken))
            {
                try
                {
                    await turn(cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    Log.LoopFailed(logger, name, e);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
