using System.Collections.Concurrent;

namespace Presage.Watching;

/// <summary>
/// Hosts that are to be learned from stored history because somebody asked for it; one a turn. Asked for and read from
/// any thread, worked on by the watcher's loop.
/// </summary>
public sealed class Training
{
    /// <summary>An import comes in parts; this long after the last one it is whole.</summary>
    internal const long ImportPauseMs = 30_000;

    /// <summary>How much of an imported history is learned from.</summary>
    static readonly TimeSpan s_importedSince = TimeSpan.FromDays(28);

    readonly ConcurrentQueue<(string Host, TimeSpan Since)> _waiting = new();

    /// <summary>Guards <see cref="_progress"/>.</summary>
    readonly Lock _gate = new();
    TrainingProgress _progress = new(0, 0, null, 0, []);

    /// <summary>How far it is.</summary>
    public TrainingProgress Progress
    {
        get
        {
            lock (_gate)
            {
                return _progress;
            }
        }
    }

    /// <summary>Asks for hosts to be learned from this much of their history.</summary>
    public void Ask(IReadOnlyCollection<string> hosts, TimeSpan since)
    {
        lock (_gate)
        {
            bool isDone = _progress.Done == _progress.Hosts;
            _progress = isDone
                ? new TrainingProgress(hosts.Count, 0, null, 0, [])
                : _progress with { Hosts = _progress.Hosts + hosts.Count };
        }

        foreach (string host in hosts)
        {
            _waiting.Enqueue((host, since));
        }
    }

    /// <summary>Asks for hosts whose imported history is whole: no more of it has come for a while.</summary>
    internal void AskImported(IEnumerable<HostEntry> entries, long nowMs, ILogger logger)
    {
        if (!_waiting.IsEmpty)
        {
            return;
        }

        List<string>? hosts = null;
        foreach (var entry in entries)
        {
            if (entry.ImportedMs is not 0 and var importedMs && nowMs - importedMs >= ImportPauseMs)
            {
                entry.ImportedMs = 0;
                (hosts ??= []).Add(entry.Name);
            }
        }

        if (hosts is not null)
        {
            Log.ImportedLearned(logger, hosts.Count);
            Ask(hosts, s_importedSince);
        }
    }

    internal void Turn(
        Func<string, TimeSpan, Action<double>?, CancellationToken, int> learn, CancellationToken cancellationToken)
    {
        if (!_waiting.TryDequeue(out var next))
        {
            return;
        }

        Set(progress => progress with { Host = next.Host, Share = 0 });
        int rows = learn(next.Host, next.Since, share => Set(p => p with { Share = share }), cancellationToken);
        Set(progress => progress with
        {
            Done = progress.Done + 1,
            Host = null,
            Share = 0,
            Learned = [.. progress.Learned, new TrainedHost(next.Host, rows)],
        });
    }

    void Set(Func<TrainingProgress, TrainingProgress> change)
    {
        lock (_gate)
        {
            _progress = change(_progress);
        }
    }
}

/// <summary>How far learning on request is.</summary>
/// <param name="Hosts">Hosts asked for.</param>
/// <param name="Host">The one that is learned now; null between two.</param>
/// <param name="Share">How much of its history is read, 0 to 1.</param>
public sealed record TrainingProgress(
    int Hosts, int Done, string? Host, double Share, IReadOnlyList<TrainedHost> Learned);

/// <summary>A host that was learned.</summary>
/// <param name="Rows">Rows of history; 0 when there were too few.</param>
public sealed record TrainedHost(string Host, int Rows);
