using Presage.OwnModels;

namespace Presage.Watching;

/// <summary>How hosts are watched.</summary>
public sealed class WatcherOptions
{
    /// <summary>
    /// How far back a host's stored samples teach when it is met for the first time or after a pause: 2 days.
    /// </summary>
    public TimeSpan HistoryMax { get; init; } = TimeSpan.FromDays(2);

    /// <summary>How far back a host as a whole is learned from: a week.</summary>
    public TimeSpan ModelHistory { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How far back the rhythms of vital signs are learned from when a host is learned for the first time: 15 days, for
    /// the week is known after two.
    /// </summary>
    public TimeSpan RhythmHistory { get; init; } = TimeSpan.FromDays(15);

    /// <summary>How many false alarms per host and week are expected.</summary>
    public FalseAlarms FalseAlarms { get; init; } = FalseAlarms.Default;

    /// <summary>How often what was learned of a whole host is saved, when nothing new was learned: 10 min.</summary>
    public TimeSpan SaveModelsEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A host silent for longer is forgotten: 15 days, as its raw samples are.</summary>
    public TimeSpan ForgetAfter { get; init; } = HostRegistry.ForgetAfter;

    /// <summary>Ended anomalies are kept for: 400 days.</summary>
    public TimeSpan AnomaliesFor { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How often what was learned is saved: a minute.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Hosts saved at a time, those that waited longest first: 50 (2 MB), so that 10,000 hosts take turns.
    /// </summary>
    public int HostsPerSaveMax { get; init; } = 50;

    /// <summary>Who is told what begins and ends; null where nobody looks.</summary>
    public AnomalyNews? News { get; set; }

    /// <summary>What own models find odd on a host now; null where there are none.</summary>
    internal Func<string, IReadOnlyList<ModelFinding>>? Findings { get; set; }
}
