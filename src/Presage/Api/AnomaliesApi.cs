using Presage.Detection;
using Presage.Metrics;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Api;

/// <summary>What an anomaly is of.</summary>
enum AnomalyKind
{
    /// <summary>A host as a whole.</summary>
    Host,

    /// <summary>A host that is unlike its twins.</summary>
    Twins,

    /// <summary>A single vital sign.</summary>
    Vital,

    /// <summary>A series that an own model finds odd.</summary>
    Model,
}

/// <summary>A stretch of time in which a vital sign, or a host as a whole, was unusual.</summary>
/// <param name="Kind">Whether it is of a host as a whole or unlike its twins, of a vital sign or an own model.</param>
/// <param name="Key">The vital with what tells several apart; null of hosts.</param>
/// <param name="SinceMs">
/// Since when: the change point of what leads it, where one was found; else when it was noticed.
/// </param>
/// <param name="Model">The own model that found it; null of all others.</param>
/// <param name="EndMs">Null while it runs.</param>
/// <param name="PeakValue">The value farthest from usual; null of a host as a whole.</param>
/// <param name="Lower">Lower end of the usual range when it began; null of a host as a whole.</param>
/// <param name="Causes">Of a host as a whole, what takes part, likeliest first.</param>
/// <param name="Label">What a user said of it; null when nobody did.</param>
/// <param name="LastSeen">
/// When the like of it was seen last and what was said of it, as a sentence; null when never.
/// </param>
/// <param name="SeenBefore">The last ones like it, at most three.</param>
sealed record AnomalyItem(
    long Id,
    string Host,
    AnomalyKind Kind,
    string? Key,
    long SinceMs,
    string? Model,
    long StartMs,
    long? EndMs,
    long PeakMs,
    double? PeakValue,
    double? Lower,
    double? Upper,
    double Score,
    string Rarity,
    string Sentence,
    IReadOnlyList<CauseView> Causes,
    LabelView? Label,
    string? LastSeen,
    IReadOnlyList<SeenBefore> SeenBefore);

/// <summary>What to learn from stored history.</summary>
/// <param name="Host">One host; all when left out.</param>
/// <param name="SinceSeconds">How much of the history counts: half a day to 30 days.</param>
sealed record TrainingRequest(string? Host = null, double SinceSeconds = 7 * 86_400);

/// <summary>Anomalies: what was unusual, and learning what is usual.</summary>
static class AnomaliesApi
{
    const int LimitMax = 1_000;
    const double SinceMin = 43_200;
    const double SinceMax = 30 * 86_400;

    public static void Map(IEndpointRouteBuilder api)
    {
        var anomalies = api.MapGroup("/anomalies").WithTags("Anomalies").Require(Access.Viewer);
        anomalies.MapGet("", List).WithName("listAnomalies")
            .WithSummary("What was unusual in a span of time, newest first; hosts as a whole or their vital signs too");
        anomalies.MapGet("/series", Series).WithName("listChangedSeries")
            .WithSummary("Which single series changed in a span of time, oddest first, of one host or of all");
        var training = api.MapGroup("/detection/training").WithTags("Anomalies");
        training.MapGet("", static (Watcher watcher) => watcher.Training.Progress)
            .WithName("getTraining").Require(Access.Viewer).WithSummary("How far learning on request is");
        training.MapPost("", Train).WithName("train").Require(Access.Operator)
            .WithSummary("Learn what is usual for hosts as a whole from their stored history, at once");
    }

    /// <summary>A series that is odd now.</summary>
    public static OddSeriesView Shown(OddSeries odd)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ref readonly var label in odd.Labels.Labels)
        {
            if (label.Name != LabelNames.MetricName)
            {
                labels[label.Name] = label.Value;
            }
        }

        return new OddSeriesView(
            odd.Labels.MetricName,
            labels,
            odd.IsRate ? $"rate({odd.Labels}[1m])" : odd.Labels.ToString(),
            odd.Oddity,
            odd.Value,
            odd.Lower,
            odd.Upper,
            odd.IsRate,
            odd.Score,
            RarityText.Of(odd.Score),
            odd.SinceMs);
    }

    static IReadOnlyList<AnomalyItem> List(
        Watcher watcher,
        ReaderClock reader,
        TimeProvider time,
        string? host = null,
        long? fromMs = null,
        long? toMs = null,
        bool vitals = false,
        int limit = 200)
    {
        if (limit is < 1 or > LimitMax)
        {
            throw ProblemException.BadField("limit", $"{limit} is outside 1 to {LimitMax}.", "Choose one of those.");
        }

        long until = toMs ?? time.GetUtcNow().ToUnixTimeMilliseconds();
        long since = fromMs ?? until - (long)TimeSpan.FromDays(7).TotalMilliseconds;
        var views = new AnomalyViews(watcher, reader);
        return [.. watcher.Anomalies.Between(since, until, host, limit, vitals).Select(views.Shown)];
    }

    static IReadOnlyList<ChangedSeries> Series(
        SampleStore store,
        TimeProvider time,
        string? host = null,
        long? fromMs = null,
        long? toMs = null,
        int limit = 100)
    {
        if (limit is < 1 or > LimitMax)
        {
            throw ProblemException.BadField("limit", $"{limit} is outside 1 to {LimitMax}.", "Choose one of those.");
        }

        long until = toMs ?? time.GetUtcNow().ToUnixTimeMilliseconds();
        long since = fromMs ?? until - (long)TimeSpan.FromHours(1).TotalMilliseconds;
        return ChangedSeriesList.Of(host is null ? store : store.ForHost(host), new TimeRange(since, until), limit);
    }

    static TrainingProgress Train(TrainingRequest request, Watcher watcher, HttpContext context)
    {
        if (request.SinceSeconds is not (>= SinceMin and <= SinceMax))
        {
            throw ProblemException.BadField(
                "sinceSeconds", $"{request.SinceSeconds} is outside {SinceMin} to {SinceMax}.",
                "Choose half a day to 30 days.");
        }

        var hosts = watcher.Registry.Snapshot().Select(static host => host.Name)
            .Where(name => request.Host is null || name == request.Host).ToList();
        if (request.Host is not null && hosts.Count == 0)
        {
            throw ProblemException.NotFound($"No host named {AccountRules.Shown(request.Host)} has sent samples.");
        }

        watcher.Training.Ask(hosts, TimeSpan.FromSeconds(request.SinceSeconds));
        Audit.Describe(context, request.Host ?? "all hosts", $"learn from {request.SinceSeconds:0} s of history");
        return watcher.Training.Progress;
    }

    /// <summary>What takes part in an anomaly.</summary>
    public static CauseView Shown(AnomalyCause cause) => new(
        cause.Key,
        cause.Name,
        cause.Value,
        cause.Lower,
        cause.Upper,
        cause.Unit,
        cause.Family,
        cause.SinceMs,
        cause.Strength);

    /// <summary>Scores of twins speak of quarter hours.</summary>
    public static string RarityOfQuarters(double score) =>
        RarityText.Of(1 - Math.Max(Rarity.ProbabilityMin, (1 - score) * Rarity.LookSeconds / 900));

    /// <summary>Scores of hosts speak of minutes, those of vital signs of looks of ten seconds.</summary>
    public static string RarityOfMinutes(double score) =>
        RarityText.Of(1 - Math.Max(Rarity.ProbabilityMin, (1 - score) * Rarity.LookSeconds / 60));
}
