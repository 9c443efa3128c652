using Presage.Api;

namespace Presage.Configuration;

/// <summary>
/// Everything that can be set. The file, the environment, the flags and docs/configuration.md all follow this list.
/// </summary>
static class ConfigurationKeys
{
    const string Duration = "a duration such as 500ms, 30s, 10m, 2h, 15d or 1h30m";
    const string Size = "a size such as 64KiB, 32MiB or 1GiB";
    const string Boolean = "true or false";
    const string Folder = "the path of a folder";
    const string File = "the path of a file";

    public static readonly IReadOnlyList<ConfigurationKey> All =
    [
        new("data", Folder, "data", "The folder for samples and state; made when missing.", static (o, v) =>
            Set(v.Length > 0, () => o.Data = v)) { IsPath = true },
        new("listen", "an address and port such as 127.0.0.1:9440, 0.0.0.0:9440 or [::]:9440", "127.0.0.1:9440",
            "Where HTTP is served. Addresses other than loopback open only once an administrator exists.",
                static (o, v) =>
            ConfigurationValue.TryEndPoint(v, out var x) && Set(true, () => o.Listen = x)),
        new("external_url", "an address such as https://presage.example.org", "",
            "The address by which users and agents reach the server, when that is not the one it listens on.",
                static (o, v) =>
            ConfigurationValue.TryUrl(v, out var x) && Set(true, () => o.ExternalUrl = x)),
        new("time_zone", "the name of a time zone such as Europe/Berlin or UTC", "",
            "The zone of clock times in e-mail, webhooks and the log, and for readers of the API who name none; the " +
                "machine's when not set. The dashboard shows its reader's.",
            static (o, v) => TimeZoneInfo.TryFindSystemTimeZoneById(v, out var zone)
                && Set(true, () => o.TimeZone = zone)),
        new("auth", "password or none", "password",
            "Whether users sign in. `none` lets anyone on this machine do anything and is refused off loopback.",
                static (o, v) =>
            ConfigurationValue.TryWord(v, out AuthenticationMode x) && Set(true, () => o.Auth = x)),
        new("tls.certificate", File, "",
            "PEM file of the certificate chain; HTTPS is served when it is set. A renewed file is read without a " +
                "restart.",
            static (o, v) => Set(v.Length > 0, () => o.TlsCertificate = v)) { IsPath = true },
        new("tls.key", File, "", "PEM file of the certificate's private key.", static (o, v) =>
            Set(v.Length > 0, () => o.TlsKey = v)) { IsPath = true },
        new("collection.enabled", Boolean, "true", "Whether the server watches the machine it runs on.",
            static (o, v) =>
            ConfigurationValue.TryBoolean(v, out bool x) && Set(true, () => o.CollectionEnabled = x)),
        new("collection.interval", $"{Duration}, from 100ms to 1h", "1s", "How often it reads its own machine.",
            static (o, v) =>
            TryDuration(v, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), out var x)
            && Set(true, () => o.CollectionInterval = x)),
        new("watching.enabled", Boolean, "true",
            "Whether vital signs are watched: their usual range is learned and oddities are reported. Without it " +
                "samples are stored and rules evaluated, no more.",
            static (o, v) =>
            ConfigurationValue.TryBoolean(v, out bool x) && Set(true, () => o.WatchingEnabled = x)),
        new("watching.false_alarms", FalseAlarmText.RateForm, "0.1",
            "How many false alarms per host and week are expected from anomalies: the sensitivity. 0.1 is one a week " +
                "from ten hosts; more finds more.",
            static (o, v) => FalseAlarmText.TryRate(v, out double x) && Set(true, () => o.WatchingFalseAlarms = x)),
        new("watching.false_alarm_rules", FalseAlarmText.RuleForm, "",
            "Other numbers for some hosts or families of vital signs (cpu, memory, disk, filesystem, network, " +
                "system): a list, of which the first entry that fits counts.",
            static (o, v) => FalseAlarmText.TryRules(v, out var rules)
                && Set(true, () => o.WatchingFalseAlarmRules = rules)) { IsList = true },
        new("watching.models", Folder, "",
            "Where own models lie: ONNX files, each with a description beside it (docs/models.md); `models` in the " +
                "data folder when not set. Changed files are taken within half a minute.",
            static (o, v) => Set(v.Length > 0, () => o.WatchingModels = v)) { IsPath = true },
        new("storage.retention", $"{Duration}, from 1h to 3650d", "15d", "How long samples are kept.", static (o, v) =>
            TryDuration(v, TimeSpan.FromHours(1), TimeSpan.FromDays(3650), out var x)
            && Set(true, () => o.StorageRetention = x)),
        new("storage.retention_5m", $"{Duration}, up to 3650d", "90d",
            "How long roll-ups of five minutes are kept; 0s keeps none.", static (o, v) =>
            TryDuration(v, TimeSpan.Zero, TimeSpan.FromDays(3650), out var x)
            && Set(true, () => o.StorageRetentionFiveMinutes = x)),
        new("storage.retention_1h", $"{Duration}, up to 3650d", "730d",
            "How long roll-ups of an hour are kept; 0s keeps none.", static (o, v) =>
            TryDuration(v, TimeSpan.Zero, TimeSpan.FromDays(3650), out var x)
            && Set(true, () => o.StorageRetentionOneHour = x)),
        new("storage.retention_rules", RetentionRuleText.Form, "",
            "Other times for some series: a list, of which the first entry that fits a series counts. What an entry " +
                "leaves out is as the keys above say.",
            static (o, v) => RetentionRuleText.TryRead(v, out var rules)
                && Set(true, () => o.StorageRetentionRules = rules)) { IsList = true },
        new("storage.disk_max", $"{Size}, or 0 for no limit", "0",
            "What journal, samples and roll-ups may take together. Beyond it the oldest day of samples is deleted, " +
                "then the next, and at last the oldest roll-ups; each deletion is told by log and status.",
            static (o, v) => ConfigurationValue.TryBytes(v, 0, long.MaxValue, out long x)
                && (x == 0 || x >= 64 << 20) && Set(true, () => o.StorageDiskBytesMax = x)),
        new("storage.durability", "journal or fsync", "journal",
            "When a write is acknowledged: `journal` once it is in the journal file (survives the process being " +
                "killed; power " +
            "loss costs at most the last 200 ms), `fsync` once it is on the disk.", static (o, v) =>
            v is "journal" or "fsync" && Set(true, () => o.StorageFsync = v == "fsync")),
        new("storage.past_max", $"{Duration}, up to 3650d", "2h", "Samples older than this are refused.",
            static (o, v) =>
            TryDuration(v, TimeSpan.Zero, TimeSpan.FromDays(3650), out var x) && Set(true, () => o.StoragePastMax = x)),
        new("storage.out_of_order_window", $"{Duration}, up to 3650d", "2h",
            "Samples older than the newest of their series are accepted when they are at most this old (and no older " +
            "than `storage.past_max`); 0s refuses all of them.", static (o, v) =>
            TryDuration(v, TimeSpan.Zero, TimeSpan.FromDays(3650), out var x)
                && Set(true, () => o.StorageOutOfOrderWindow = x)),
        new("storage.future_max", $"{Duration}, up to 1d", "10m",
            "Samples further ahead of the server's clock than this are refused.", static (o, v) =>
            TryDuration(v, TimeSpan.Zero, TimeSpan.FromDays(1), out var x) && Set(true, () => o.StorageFutureMax = x)),
        new("storage.series_max", "a whole number from 1000 to 1000000000", "10000000",
            "New series beyond this number are refused.", static (o, v) =>
            ConfigurationValue.TryInteger(v, 1000, 1_000_000_000, out int x)
                && Set(true, () => o.StorageSeriesMax = x)),
        new("storage.series_per_host_max", "a whole number from 100 to 1000000000", "1000000",
            "New series of one host beyond this number are refused.", static (o, v) =>
            ConfigurationValue.TryInteger(v, 100, 1_000_000_000, out int x)
                && Set(true, () => o.StorageSeriesPerHostMax = x)),
        new("receiver.body_max", $"{Size}, from 64KiB to 512MiB", "32MiB",
            "The largest body of a write request as it is sent; unpacked it may have four times that, 512 MiB at most.",
            static (o, v) =>
            ConfigurationValue.TryBytes(v, 64 << 10, 512 << 20, out long x)
                && Set(true, () => o.ReceiverBodyBytesMax = x)),
        new("query.timeout", $"{Duration}, from 1s to 1h", "2m", "A query that takes longer is given up.",
            static (o, v) =>
            TryDuration(v, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), out var x)
                && Set(true, () => o.QueryTimeout = x)),
        new("query.features", $"words of {string.Join(", ", FeatureWords.All.Keys)}, separated by commas", "",
            "Experimental parts of PromQL that are switched on, by the words Prometheus takes for --enable-feature.",
            static (o, v) => FeatureWords.TryParse(v, out var x) && Set(true, () => o.QueryFeatures = x)),
        new("agent.folder", Folder, "",
            "Where the agents to hand out lie, named presage-agent-PLATFORM; `agents` next to the executable when " +
                "not set.",
            static (o, v) => Set(v.Length > 0, () => o.AgentFolder = v)) { IsPath = true },
        new("web.folder", Folder, "",
            "Where the built dashboard lies; `web` next to the executable, else web/dist of the source tree, when " +
                "not set.",
            static (o, v) => Set(v.Length > 0, () => o.WebFolder = v)) { IsPath = true },
        new("log.level", "debug, information, warning or error", "information",
            "The least severe message that is logged.",
            static (o, v) => ConfigurationValue.TryWord(v, out LogLevel x)
            && x is LogLevel.Debug or LogLevel.Information or LogLevel.Warning or LogLevel.Error
            && Set(true, () => o.LogLevel = Enum.Parse<LogLevel>(v, ignoreCase: true))),
    ];

    /// <summary>The key whose name is closest to a misspelt one.</summary>
    public static string Nearest(string key, Func<ConfigurationKey, string> name) =>
        All.Select(name).MinBy(candidate => Math.Min(
            Spelling.Distance(key, candidate),
            // A misspelt section or a key without its section is nearest to the key that holds that word.
            candidate.Split('.').Min(part => Spelling.Distance(key, part))))!;

    static bool TryDuration(string text, TimeSpan min, TimeSpan max, out TimeSpan value) =>
        ConfigurationValue.TryDuration(text, out value) && value >= min && value <= max;

    static bool Set(bool good, Action set)
    {
        if (good)
        {
            set();
        }

        return good;
    }
}
