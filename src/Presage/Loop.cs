namespace Presage;

/// <summary>
/// Background work that happens again and again. A turn that fails is logged and the next one comes all the same.
/// </summary>
static class Loop
{
    /// <summary>A turn at an interval.</summary>
    public static async Task EveryAsync(
        string name,
        TimeSpan interval,
        TimeProvider time,
        ILogger logger,
        Func<CancellationToken, ValueTask> turn,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        await RepeatAsync(name, timer.WaitForNextTickAsync, logger, turn, cancellationToken);
    }

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
