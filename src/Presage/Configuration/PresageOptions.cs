using System.Net;
using Presage.Api;
using Presage.Storage;

namespace Presage.Configuration;

/// <summary>
/// Everything an operator can set, with its default. <see cref="ConfigurationKeys"/> names, reads and documents each.
/// </summary>
sealed class PresageOptions
{
    /// <summary>The folder for samples and state; made when missing.</summary>
    public string Data { get; set; } = "data";

    /// <summary>Where HTTP is served. Other than loopback only once an administrator exists.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Loopback, 9440);

    /// <summary>The address users and agents reach the server by, when it is not the one listened on.</summary>
    public Uri? ExternalUrl { get; set; }

    /// <summary>The zone of clock times in messages and logs; null: the machine's.</summary>
    public TimeZoneInfo? TimeZone { get; set; }

    public AuthenticationMode Auth { get; set; } = AuthenticationMode.Password;

    public string? TlsCertificate { get; set; }

    public string? TlsKey { get; set; }

    public bool CollectionEnabled { get; set; } = true;

    public TimeSpan CollectionInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the watcher runs: vital signs, their usual ranges, oddities.</summary>
    public bool WatchingEnabled { get; set; } = true;

    /// <summary>How many false alarms per host and week are expected; 0: no alarms.</summary>
    public double WatchingFalseAlarms { get; set; } = Watching.FalseAlarms.DefaultPerWeek;

    /// <summary>Other rates for some hosts or families of vital signs; the first rule that fits counts.</summary>
    public IReadOnlyList<Watching.FalseAlarmRule> WatchingFalseAlarmRules { get; set; } = [];

    /// <summary>Where own models lie; null: <c>models</c> in the data folder.</summary>
    public string? WatchingModels { get; set; }

    /// <inheritdoc cref="WatchingModels"/>
    public string ModelsFolder => WatchingModels ?? Path.Combine(Data, "models");

    public TimeSpan StorageRetention { get; set; } = TimeSpan.FromDays(15);

    public TimeSpan StorageRetentionFiveMinutes { get; set; } = TimeSpan.FromDays(90);

    public TimeSpan StorageRetentionOneHour { get; set; } = TimeSpan.FromDays(730);

    /// <summary>Other times for some series; the first rule that fits one counts.</summary>
    public IReadOnlyList<RetentionRule> StorageRetentionRules { get; set; } = [];

    /// <summary>The rules with what they leave out as everything else has it.</summary>
    public IReadOnlyList<RetentionRule> FilledRetentionRules
    {
        get
        {
            var others =
                new RetentionTimes(StorageRetention, StorageRetentionFiveMinutes, StorageRetentionOneHour);
            return [.. StorageRetentionRules.Select(rule => RetentionRuleText.Fill(rule, others))];
        }
    }

    /// <summary>What journal, blocks and roll-ups may take together; 0: no limit.</summary>
    public long StorageDiskBytesMax { get; set; }

    /// <summary>Whether a write is acknowledged only after fsync, not after the write to the journal file.</summary>
    public bool StorageFsync { get; set; }

    public TimeSpan StoragePastMax { get; set; } = TimeSpan.FromHours(2);

    public TimeSpan StorageOutOfOrderWindow { get; set; } = TimeSpan.FromHours(2);

    public TimeSpan StorageFutureMax { get; set; } = TimeSpan.FromMinutes(10);

    public int StorageSeriesMax { get; set; } = 10_000_000;

    public int StorageSeriesPerHostMax { get; set; } = 1_000_000;

    public long ReceiverBodyBytesMax { get; set; } = 32 << 20;

    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Experimental parts of PromQL that are switched on.</summary>
    public Query.QueryFeatures QueryFeatures { get; set; }

    /// <summary>Where agent binaries to hand out lie; null: <c>agents</c> next to the executable.</summary>
    public string? AgentFolder { get; set; }

    /// <summary>
    /// Where the built dashboard lies; null: <c>web</c> next to the executable, else <c>web/dist</c> of the source
    /// tree.
    /// </summary>
    public string? WebFolder { get; set; }

    public LogLevel LogLevel { get; set; } = LogLevel.Information;
}
