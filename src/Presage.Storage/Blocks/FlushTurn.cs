namespace Presage.Storage;

/// <summary>
/// One flush, deletion or snapshot at a time: each begins with a new journal segment and relies on what is in blocks
/// then. Remembers what the last flush came to.
/// </summary>
sealed class FlushTurn(TimeProvider time) : IDisposable
{
    readonly SemaphoreSlim _turn = new(1, 1);
    long? _lastMs;
    string? _lastError;

    /// <summary>When a flush last wrote all it was to write, ms since 1970 UTC; null where none has.</summary>
    public long? LastMs => _lastMs;

    /// <summary>Why the last flush failed; null where it did not.</summary>
    public string? LastError => _lastError;

    /// <summary>Does something while no flush, deletion or snapshot goes on.</summary>
    public async Task RunAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The same for a flush.</summary>
    public Task FlushAsync(Func<Task> flush, CancellationToken cancellationToken) => RunAsync(
        async () =>
        {
            try
            {
                await flush();
                _lastMs = time.GetUtcNow().ToUnixTimeMilliseconds();
                _lastError = null;
            }
            catch (Exception e)
            {
                _lastError = e.Message;
                throw;
            }
        },
        cancellationToken);

    public void Dispose() => _turn.Dispose();
}
