using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Backtesting;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Cli;

/// <summary>
/// <c>presage detect replay</c>: what would have been noticed on a host, had this version and these settings watched
/// it from the first sample on. Works on the data folder of a stopped server, or a backup.
/// </summary>
static class ReplayVerb
{
    static readonly Option<string> Host = new("--host") { Description = "The host", Required = true };

    static readonly Option<string?> Since = new("--since")
    {
        Description = "How far back from the newest sample to begin; with the oldest one when left out",
        HelpName = "DURATION",
    };

    static readonly Option<bool> Alarms = new("--alarms")
    {
        Description = "Only what would have raised an alarm, not single vital signs",
    };

    static readonly Option<bool> NoModels = new("--no-models")
    {
        Description = "Without the own models of the configuration (watching.models)",
    };

    public static Command Of(Func<ParseResult, PresageOptions> options)
    {
        var replay = new Command("replay", "Tell what would have been noticed in stored samples of a host")
        {
            Host, Since, Alarms, NoModels,
        };
        replay.SetAction((parsed, cancellationToken) => Failure.GuardAsync(() =>
            RunAsync(options(parsed), parsed, cancellationToken)));
        return replay;
    }

    static async Task<int> RunAsync(
        PresageOptions options, ParseResult parsed, CancellationToken cancellationToken)
    {
        string host = parsed.GetRequiredValue(Host);
        await using var store = SampleStore.Open(
            PresageServer.StorageOf(options, null), TimeProvider.System, NullLogger.Instance);
        var source = store.ForHost(host);
        if (RangeOf(source, parsed.GetValue(Since)) is not { } range)
        {
            Console.Error.WriteLine($"presage: no samples of a host {host}.");
            return 1;
        }

        string folder = Directory.CreateTempSubdirectory("presage-replay-").FullName;
        try
        {
            int alarms = 0, marks = 0, found = 0;
            string? models = parsed.GetValue(NoModels) ? null : options.ModelsFolder;
            var replay = new Replay(source, host, PresageServer.WatcherOptionsOf(options), models);
            bool isAlarmsOnly = parsed.GetValue(Alarms);
            await replay.RunAsync(
                range,
                folder,
                noticed =>
                {
                    bool isAlarm = noticed.Key.Length == 0;
                    alarms += isAlarm ? 1 : 0;
                    bool isOfModel = noticed.Key.StartsWith(AnomalyLog.ModelPrefix, StringComparison.Ordinal);
                    found += isOfModel ? 1 : 0;
                    marks += isAlarm || isOfModel ? 0 : 1;
                    if (isAlarm || !isAlarmsOnly)
                    {
                        Tell(noticed);
                    }
                },
                cancellationToken);
            double hours = (range.ToMs - range.FromMs) / 3_600_000.0;
            string ofModels = replay.Models.Count == 0 ? "" : $", {found} by own models";
            string ofHost = alarms == 1 ? "1 anomaly" : $"{alarms} anomalies";
            Console.Out.WriteLine(
                $"{hours:0.0} h of {host}: {ofHost} of the host, {marks} of single vital signs{ofModels}");
            foreach (var model in replay.Models.Where(static model => model.Problem is not null))
            {
                Console.Error.WriteLine($"presage: model {model.Name} was set aside: {model.Problem}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static void Tell(Noticed noticed)
    {
        string causes = noticed.Causes.Count == 0 ? "" : $" [{string.Join(", ", noticed.Causes.Take(3))}]";
        string sentence = SentenceTimes.Read(noticed.Sentence, TimeZoneInfo.Utc, noticed.AtMs);
        Console.Out.WriteLine(
            $"{Time(noticed.AtMs)}  {(noticed.Key.Length == 0 ? "HOST" : noticed.Key)}  " +
            $"since {Time(noticed.SinceMs)}  {sentence}{causes}");
    }

    static string Time(long timestampMs) => DateTimeOffset.FromUnixTimeMilliseconds(timestampMs)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>From the first sample, or as far back as asked, to the newest; null when there is none.</summary>
    static TimeRange? RangeOf(ISampleSource source, string? since)
    {
        var all = new TimeRange(0, long.MaxValue);
        long fromMs = long.MaxValue, toMs = long.MinValue;
        var columns = new SampleColumns();
        var probes = new LabelMatcher(
            LabelNames.MetricName, MatchOperator.RegexMatch, "node_load1|node_time_seconds|up");
        foreach (var series in source.Select([probes], all))
        {
            columns.Clear();
            series.Read(all, columns);
            if (columns.Count > 0)
            {
                fromMs = Math.Min(fromMs, columns.TimestampsMs[0]);
                toMs = Math.Max(toMs, columns.TimestampsMs[^1]);
            }
        }

        if (toMs == long.MinValue || since is null)
        {
            return toMs == long.MinValue ? null : new TimeRange(fromMs, toMs);
        }

        return ConfigurationValue.TryDuration(since, out var back) && back > TimeSpan.Zero
            ? new TimeRange(Math.Max(fromMs, toMs - (long)back.TotalMilliseconds), toMs)
            : throw new StartException($"--since {since} is not a duration; write it like 12h or 7d.");
    }
}
