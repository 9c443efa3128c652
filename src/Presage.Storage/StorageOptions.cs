namespace Presage.Storage;

/// <summary>What a <see cref="SampleStore"/> needs to know. Checked when the store is opened.</summary>
public sealed class StorageOptions
{
    /// <summary>
    /// The folder that holds journal and blocks; made when missing. One process at a time may hold it.
    /// </summary>
    public required string DataFolder { get; init; }

    /// <summary>
    /// Written samples reach the disk itself (survive power loss) at most this much later. Default 200 ms.
    /// </summary>
    public TimeSpan FsyncInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Acknowledge only after fsync (durability <c>fsync</c>): slower, survives power loss. Default false.
    /// </summary>
    public bool FsyncBeforeAck { get; init; }

    /// <summary>How long samples are kept. Default 15 days; at least 2 hours.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(15);

    /// <summary>How long roll-ups of five minutes are kept; zero: none are. Default 90 days.</summary>
    public TimeSpan RetentionFiveMinutes { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long roll-ups of an hour are kept; zero: none are. Default 730 days.</summary>
    public TimeSpan RetentionOneHour { get; init; } = TimeSpan.FromDays(730);

    /// <summary>Other times for some series; the first rule that fits one counts. Default none.</summary>
    public IReadOnlyList<RetentionRule> RetentionRules { get; init; } = [];

    /// <summary>
    /// Journal, blocks and roll-ups together may take this many bytes; beyond it the oldest day of raw samples is
    /// deleted, and so on (the last day is kept), then the oldest roll-ups. Zero, the default: no limit.
    /// </summary>
    public long DiskBytesMax { get; init; }

    /// <summary>Samples older than this are refused as too old. Default 2 h.</summary>
    public TimeSpan PastMax { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Samples older than their series' newest are accepted when they are at most this old (and not older than
    /// <see cref="PastMax"/>). Default 2 h; zero refuses all of them.
    /// </summary>
    public TimeSpan OutOfOrderWindow { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// Samples further in the future than this are refused (the sender's clock is wrong). Default 10 min.
    /// </summary>
    public TimeSpan FutureMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Active series in all; further new ones are refused. Default 5 million.</summary>
    public int SeriesMax { get; init; } = 5_000_000;

    /// <summary>Active series per host; further new ones of that host are refused. Default 200,000.</summary>
    public int SeriesPerHostMax { get; init; } = 200_000;

    /// <summary>A series without samples for this long leaves memory; its blocks stay. Default 2 h.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromHours(2);

    /// <summary>
    /// An hour goes into a block this long after its end, so that slow senders still reach the head. Default 5 min.
    /// </summary>
    public TimeSpan FlushDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Write what is in memory to blocks when the store is closed. Default true; without, the next opening reads the
    /// journal as after a crash.
    /// </summary>
    public bool FlushOnClose { get; init; } = true;

    /// <summary>
    /// A journal segment is closed at this size, or later where the names of its series take an eighth of it. Default
    /// 64 MB; 4 KB to 1 GB.
    /// </summary>
    public int JournalSegmentBytesMax { get; init; } = 64 << 20;

    /// <summary>
    /// Told of every append; must be cheap. Called on the append path, never at the same time as itself.
    /// </summary>
    public IAppendObserver? Observer { get; init; }

    /// <summary>
    /// Closed chunks may take this much memory, and this much for each series, until they are written before their
    /// hour is over: 8 MB do no harm, and 110 bytes are less than the chunk of an hour at 15 s.
    /// </summary>
    internal long EarlyFlushBytes { get; init; } = 8 << 20;

    internal long EarlyFlushBytesPerSeries { get; init; } = 110;

    /// <summary>
    /// How much of one core merging takes at most while it keeps up; above 0. Default a quarter.
    /// </summary>
    internal double MergeShare { get; init; } = 0.25;

    /// <summary>The times of series that no rule is for.</summary>
    internal RetentionTimes RetentionTimes => new(Retention, RetentionFiveMinutes, RetentionOneHour);

    /// <summary>Nothing is kept longer than this.</summary>
    internal TimeSpan LongestRetention =>
        RetentionRules.Select(static r => r.Times.Longest).Append(RetentionTimes.Longest).Max();

    /// <summary>Where the files lie; tests give a disk that breaks.</summary>
    internal Disk Disk { get; init; } = LocalDisk.Instance;

    /// <summary>Runs the work on block files; the simulation gives its own thread.</summary>
    internal Func<Action, Task> RunBeside { get; init; } = LowPriority.RunAsync;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it and its
    /// bounds.</exception>
    internal void Validate()
    {
        Check(DataFolder.Length > 0, nameof(DataFolder), "must name a folder");
        Check(FsyncInterval > TimeSpan.Zero && FsyncInterval <= TimeSpan.FromMinutes(1), nameof(FsyncInterval),
            "must be 1 ms to 1 min");
        Check(Retention >= TimeSpan.FromHours(2), nameof(Retention), "must be at least 2 h");
        Check(RetentionFiveMinutes >= TimeSpan.Zero, nameof(RetentionFiveMinutes), "must not be negative");
        Check(RetentionOneHour >= TimeSpan.Zero, nameof(RetentionOneHour), "must not be negative");
        Check(RetentionRules.All(static r => r.Matchers.Count > 0), nameof(RetentionRules), "must have matchers");
        Check(DiskBytesMax >= 0, nameof(DiskBytesMax), "must not be negative");
        Check(PastMax >= TimeSpan.Zero, nameof(PastMax), "must not be negative");
        Check(OutOfOrderWindow >= TimeSpan.Zero, nameof(OutOfOrderWindow), "must not be negative");
        Check(FutureMax >= TimeSpan.Zero, nameof(FutureMax), "must not be negative");
        Check(SeriesMax > 0, nameof(SeriesMax), "must be positive");
        Check(SeriesPerHostMax > 0, nameof(SeriesPerHostMax), "must be positive");
        Check(IdleMax >= TimeSpan.FromMinutes(1), nameof(IdleMax), "must be at least 1 min");
        Check(FlushDelay >= TimeSpan.Zero && FlushDelay <= TimeSpan.FromHours(1), nameof(FlushDelay),
            "must be 0 to 1 h");
        Check(JournalSegmentBytesMax is >= 4 << 10 and <= 1 << 30, nameof(JournalSegmentBytesMax),
            "must be 4 KB to 1 GB");
    }

    static void Check(bool valid, string name, string rule)
    {
        if (!valid)
        {
            throw new ArgumentException($"Storage option {name} {rule}.", name);
        }
    }
}
