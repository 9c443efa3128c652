using Presage.Metrics.Vitals;
using Presage.State;

namespace Presage.Watching;

/// <summary>
/// What was learned of hosts, in the state file: taken up when a host is met, kept from time to time. The watcher's
/// loop alone.
/// </summary>
sealed class HostWatches(
    StateDatabase state,
    VitalCatalogue catalogue,
    AnomalyLog anomalies,
    AnomalyLabels labels,
    WatcherOptions options,
    ILogger logger)
{
    readonly DetectorStates _states = new(state, catalogue);
    readonly HostModels _models = new(state, catalogue);

    /// <summary>A host as it was when it was last saved; what cannot be used is told and learned anew.</summary>
    public HostWatch Load(string host, long nowMs)
    {
        var tracks = _states.Load(host, out int dropped);
        if (dropped > 0)
        {
            Log.StatesDropped(logger, host, dropped);
        }

        var judge = new HostJudge(host, options.FalseAlarms) { Labels = labels, Models = options.Findings };
        if (_models.Load(host, judge) is { } problem)
        {
            Log.HostModelDropped(logger, host, problem);
        }

        Resume(host, tracks, judge);
        return new HostWatch(host, tracks, judge) { SavedMs = nowMs };
    }

    /// <summary>Saves hosts in one transaction.</summary>
    /// <param name="isStopping">Whether this is the last time: everything is due.</param>
    /// <param name="running">Their running anomalies are added, to be written as they are now.</param>
    public void Save(
        IReadOnlyList<(string Host, HostWatch Watch)> due, long nowMs, bool isStopping, List<AnomalyEvent> running)
    {
        state.Write(connection =>
        {
            foreach (var (host, watch) in due)
            {
                DetectorStates.Save(connection, host, watch.AllTracks(), nowMs);
                if (watch.IsModelDue(nowMs, isStopping ? TimeSpan.Zero : options.SaveModelsEvery))
                {
                    HostModels.Save(connection, host, watch.Judge, nowMs);
                }
            }
        });
        foreach (var (_, watch) in due)
        {
            watch.SavedMs = nowMs;
            watch.IsDirty = false;
            watch.AddRunning(running);
        }
    }

    /// <summary>Goes on with what ran, and ends what nobody carries on.</summary>
    void Resume(string host, List<VitalTrack> tracks, HostJudge judge)
    {
        var running = tracks.Where(static track => track.Detector.IsUnusual).Select(static track => track.Key)
            .ToHashSet(StringComparer.Ordinal);
        if (judge.Running is not null)
        {
            running.Add(AnomalyLog.HostKey);
        }

        foreach (var stored in running.Count == 0 ? [] : anomalies.RunningVitals(host))
        {
            tracks.Find(track => track.Key == stored.Key && track.Detector.IsUnusual)?.Resume(stored.SinceMs);
        }

        running.Add(AnomalyLog.TwinsKey);
        anomalies.CloseAbandoned(host, running);
    }
}
