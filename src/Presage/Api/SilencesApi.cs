using Microsoft.AspNetCore.Http.HttpResults;
using Presage.Alerting.Grouping;
using Presage.Metrics;
using Presage.State;
using Quiet = Presage.Alerting.Silences.Silence;

namespace Presage.Api;

/// <summary>One condition on the labels of an alert.</summary>
/// <param name="Name">host, alertname, rule, severity, or a label of the series such as mountpoint.</param>
/// <param name="IsRegex">Whether the value is a regular expression, anchored at both ends.</param>
/// <param name="IsEqual">False turns the condition round.</param>
sealed record Matcher(string Name, string Value, bool IsRegex = false, bool IsEqual = true);

/// <summary>Holds back messages of alerts that satisfy all matchers.</summary>
/// <param name="HeldBack">Alerts it held back so far.</param>
sealed record Silence(
    string Id,
    IReadOnlyList<Matcher> Matchers,
    long StartsMs,
    long EndsMs,
    long CreatedMs,
    string CreatedBy,
    string Comment,
    int HeldBack);

/// <param name="StartsMs">Now when left out.</param>
/// <param name="EndsMs">At most a year after the start.</param>
sealed record SilenceRequest(IReadOnlyList<Matcher> Matchers, long EndsMs, string Comment = "", long? StartsMs = null);

sealed record SilencePreviewRequest(IReadOnlyList<Matcher> Matchers);

/// <summary>What a silence would hold back.</summary>
/// <param name="Now">Alerts that fire now.</param>
/// <param name="Last30Days">Alerts that fired in the last 30 days.</param>
/// <param name="Critical">Critical ones among the last.</param>
sealed record SilencePreview(int Now, int Last30Days, int Critical);

/// <summary>Silences: when not to be told.</summary>
static class SilencesApi
{
    const int TextMax = 500;
    const int PreviewMax = 100_000;
    const long LongestMs = 366L * 24 * 3600 * 1000;
    const long ThirtyDaysMs = 30L * 24 * 3600 * 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        var silences = api.MapGroup("/silences").WithTags("Alerts");
        silences.MapGet("", static (SilenceStore store) => List(store)).WithName("listSilences").Require(Access.Viewer)
            .WithSummary("Active and coming silences, the first to end first");
        silences.MapPost("", Create).WithName("createSilence").Require(Access.Operator)
            .WithSummary("Silence alerts for a time");
        silences.MapPost("/preview", Preview).WithName("previewSilence").Require(Access.Viewer)
            .WithMetadata(NotAudited.Instance).WithSummary("What a silence would hold back; changes nothing");
        silences.MapDelete("/{id:long}", Delete).WithName("deleteSilence").Require(Access.Operator)
            .WithSummary("End a silence now");
    }

    public static Silence Shown(StoredSilence stored) => new(
        stored.Id.ToString(),
        [.. stored.Silence.Matchers.Select(Shown)],
        stored.Silence.StartsMs,
        stored.Silence.EndsMs,
        stored.CreatedMs,
        stored.CreatedBy,
        stored.Comment,
        stored.HeldBack);

    static IReadOnlyList<Silence> List(SilenceStore store) => [.. store.List().Select(Shown)];

    static Silence Create(
        SilenceRequest request, SilenceStore silences, AlertStore alerts, TimeProvider time, HttpContext context)
    {
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        long startsMs = request.StartsMs ?? nowMs;
        if (request.EndsMs <= Math.Max(startsMs, nowMs))
        {
            throw ProblemException.BadField(
                "endsMs",
                $"The silence would end at {request.EndsMs}, which is over or before its start.",
                "Choose a later end.");
        }

        if (startsMs < 0 || request.EndsMs - startsMs > LongestMs)
        {
            throw ProblemException.BadField(
                "endsMs", "The silence would last longer than a year.", "Choose an earlier end.");
        }

        if (request.Comment.Length > TextMax)
        {
            throw ProblemException.BadField(
                "comment", $"The comment has {request.Comment.Length} characters; {TextMax} is the most.");
        }

        var matchers = Read(request.Matchers);
        var created = silences.Create(
            new Quiet(matchers, startsMs, request.EndsMs), Caller.Of(context).Name, request.Comment.Trim());
        alerts.Touch();
        Audit.Describe(context, string.Join(", ", matchers.Select(static m => m.ToString())), $"silence {created.Id}");
        return Shown(created);
    }

    static SilencePreview Preview(SilencePreviewRequest request, AlertStore alerts, TimeProvider time)
    {
        var silence = new Quiet(Read(request.Matchers), 0, long.MaxValue);
        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var covered = alerts.FiredSince(nowMs - ThirtyDaysMs, PreviewMax).Where(
            alert => Covers(silence, alert)).ToList();
        int now = alerts.Open().Count(alert => alert.FiredMs is not null && Covers(silence, alert));
        return new SilencePreview(
            now, covered.Count, covered.Count(static alert => alert.Severity == Alerting.Rules.Severity.Critical));
    }

    static NoContent Delete(long id, SilenceStore silences, AlertStore alerts, HttpContext context)
    {
        if (!silences.Delete(id))
        {
            throw ProblemException.NotFound($"There is no silence {id}.");
        }

        alerts.Touch();
        Audit.Describe(context, $"silence {id}", "ended");
        return TypedResults.NoContent();
    }

    static bool Covers(Quiet silence, StoredAlert alert) =>
        silence.Covers(AlertLabels.Of(alert.RuleId, alert.RuleName, alert.Severity, alert.Labels));

    static Matcher Shown(LabelMatcher matcher) => new(
        matcher.Name,
        matcher.Value,
        matcher.Operator is MatchOperator.RegexMatch or MatchOperator.RegexNoMatch,
        matcher.Operator is MatchOperator.Equal or MatchOperator.RegexMatch);

    static LabelMatcher[] Read(IReadOnlyList<Matcher> matchers)
    {
        if (matchers.Count is < 1 or > Quiet.MatchersMax)
        {
            throw ProblemException.BadField(
                "matchers", $"There are {matchers.Count} matchers.", $"Give 1 to {Quiet.MatchersMax}.");
        }

        var read = matchers.Select(Read).ToArray();
        return read.Any(static matcher => !matcher.MatchesEmpty)
            ? read
            : throw ProblemException.BadField(
                "matchers", "These matchers would silence every alert.", "Name a host, a rule or a severity.");
    }

    static LabelMatcher Read(Matcher? matcher, int index)
    {
        string field = $"matchers[{index}]";
        if (matcher is null)
        {
            throw ProblemException.BadField(field, "The matcher is null.", "Give name and value.");
        }

        if (matcher.Name.Length is < 1 or > TextMax || matcher.Value.Length > TextMax)
        {
            throw ProblemException.BadField(
                field, $"Name and value need 1 to {TextMax} and 0 to {TextMax} characters.");
        }

        var kind = (matcher.IsRegex, matcher.IsEqual) switch
        {
            (false, true) => MatchOperator.Equal,
            (false, false) => MatchOperator.NotEqual,
            (true, true) => MatchOperator.RegexMatch,
            _ => MatchOperator.RegexNoMatch,
        };
        try
        {
            return new LabelMatcher(matcher.Name, kind, matcher.Value);
        }
        catch (ArgumentException e)
        {
            throw ProblemException.BadField(
                $"{field}.value",
                $"\"{matcher.Value}\" is not a regular expression: {e.Message}",
                "Correct it, or switch isRegex off.");
        }
    }
}
