namespace Presage.Watching;

/// <summary>The newest anomalies that began or ended, for live pages. Any thread.</summary>
public sealed class AnomalyNews
{
    /// <summary>Who is further behind asks for the list.</summary>
    const int KeptMax = 256;

    readonly Lock _gate = new();
    readonly Queue<AnomalyTold> _kept = new();
    long _newest;

    /// <summary>Grows with each anomaly that begins or ends; 0 at start.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    internal void Add(IEnumerable<(long Id, AnomalyEvent Happened)> events)
    {
        lock (_gate)
        {
            foreach (var (id, happened) in events)
            {
                _kept.Enqueue(new AnomalyTold(_newest + 1, id, happened));
                if (_kept.Count > KeptMax)
                {
                    _kept.Dequeue();
                }

                Interlocked.Increment(ref _newest);
            }
        }
    }

    /// <summary>What has happened since a number of <see cref="Newest"/>, oldest first.</summary>
    internal IReadOnlyList<AnomalyTold> Since(long number)
    {
        if (Newest == number)
        {
            return [];
        }

        lock (_gate)
        {
            return [.. _kept.Where(told => told.Number > number)];
        }
    }
}

/// <summary>An anomaly that began or ended.</summary>
/// <param name="Number">Its place among all since the start of the server.</param>
/// <param name="Id">Its number in the list of anomalies.</param>
readonly record struct AnomalyTold(long Number, long Id, AnomalyEvent Happened);
