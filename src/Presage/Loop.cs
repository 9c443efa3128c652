namespace Presage;

/// <summary>
/// Background work that happens at an interval. A turn that fails is logged and the next one comes all the same.
/// </summary>
static class Loop
{
    public static async Task EveryAsync(
        string name,
        TimeSpan interval,
        TimeProvider time,
        ILogger logger,
        Func<CancellationToken, ValueTask> turn,
        CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
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
