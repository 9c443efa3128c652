using System.Threading.Channels;

namespace Presage.Notifying;

/// <summary>Wakes the dispatcher when rows were committed. Several wakes before it looks are one.</summary>
sealed class OutboxSignal
{
    readonly Channel<bool> _channel = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Wake() => _channel.Writer.TryWrite(true);

    /// <summary>Completes at the next wake, or at once when there was one since the last call completed.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await _channel.Reader.ReadAsync(cancellationToken);
}
