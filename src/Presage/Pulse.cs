using System.Threading.Channels;

namespace Presage;

/// <summary>
/// Lets one loop follow another: pulses that come while nobody waits count as one.
/// </summary>
sealed class Pulse
{
    readonly Channel<bool> _raised = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>
    /// Waits for a pulse, but no longer than <paramref name="atMost"/>: what raises it may be stuck in a dead file
    /// system.
    /// </summary>
    public async ValueTask WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await _raised.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // None came in time.
        }
    }
}
