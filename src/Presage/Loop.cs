namespace Presage;

/// <summary>
/// Background work that happens at an interval. A turn that fails is logged and the next one comes all the same.
/// </summary>
static class Loop
{
    /// <param name="phase">How long after the others the first interval begins.</param>
    public static async Task EveryAsync(
        string name,
        TimeSpan interval,
        TimeSpan phase,
        TimeProvider time,
        ILogger logger,
        Func<CancellationToken, ValueTask> turn,
        CancellationToken cancellationToken)
    {
        try
        {
            if (phase > TimeSpan.Zero)
            {
                await Task.Delay(phase, time, cancellationToken);
            }

            using var timer = new PeriodicTimer(interval, time);
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
