using Microsoft.AspNetCore.Mvc;
using Presage.Detection;
using Presage.Explaining;
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;
using Presage.Watching;

namespace Presage.Api;

/// <summary>What changed in a window, on one host, some or all: the list to find a cause in.</summary>
static class ChangesApi
{
    const int LimitMax = 200;
    static readonly PromQlEngine Engine = new(new QueryLimits());
    const long WindowMaxMs = 7 * 86_400_000L;

    public static void Map(IEndpointRouteBuilder api)
    {
        var changes = api.MapGroup("/changes").WithTags("Anomalies").Require(Access.Viewer);
        changes.MapGet("", ListAsync).WithName("listChanges")
            .WithSummary("What changed in a window compared with the time before it, strongest first");
        api.MapGet("/hosts/{host}/change-points", Points).WithTags("Anomalies").WithName("listChangePoints")
            .Require(Access.Viewer)
            .WithSummary("When exactly the vital signs of a host went from one regime to another");
    }

    static Task<ChangeList> ListAsync(
        ChangeDesk desk,
        TimeProvider time,
        CancellationToken cancellationToken,
        [FromQuery] string[]? host = null,
        long? fromMs = null,
        long? toMs = null,
        long? baselineFromMs = null,
        string? match = null,
        int limit = 30)
    {
        if (limit is < 1 or > LimitMax)
        {
            throw ProblemException.BadField("limit", $"{limit} is outside 1 to {LimitMax}.", "Choose one of those.");
        }

        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        long until = Math.Min(toMs ?? nowMs, nowMs);
        long since = fromMs ?? until - (long)TimeSpan.FromMinutes(15).TotalMilliseconds;
        var window = WindowOf(since, until, baselineFromMs);
        return desk.AskAsync(window, host ?? [], Matchers(match), limit, cancellationToken);
    }

    static IReadOnlyList<ChangeMark> Points(
        string host,
        SampleStore store,
        Watcher watcher,
        ReaderClock reader,
        TimeProvider time,
        long? fromMs = null,
        long? toMs = null)
    {
        if (watcher.Registry.Find(host) is null)
        {
            throw ProblemException.NotFound($"No host named {AccountRules.Shown(host)} has sent samples.");
        }

        long nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        long until = Math.Min(toMs ?? nowMs, nowMs);
        var window = WindowOf(fromMs ?? until - 3_600_000, until, null);
        return VitalMarks.Of(store.ForHost(host), new TimeRange(window.FromMs, window.ToMs), reader);
    }

    static ComparedWindow WindowOf(long fromMs, long toMs, long? baselineFromMs)
    {
        if (fromMs < 0 || toMs - fromMs < ComparedWindow.WindowMinMs)
        {
            throw ProblemException.BadField(
                "fromMs", "The window is shorter than 10 s or lies in the future.",
                "Choose a window of 10 s to 7 days that has begun.");
        }

        if (toMs - fromMs > WindowMaxMs)
        {
            throw ProblemException.BadField(
                "fromMs", "The window is longer than 7 days.", "Choose a window of 10 s to 7 days.");
        }

        if (baselineFromMs is { } baseline && (baseline < 0 || baseline >= fromMs))
        {
            throw ProblemException.BadField(
                "baselineFromMs", "The time to compare with must begin before the window.",
                "Leave it out to compare with one to four times as long before the window.");
        }

        return baselineFromMs is { } own ? new ComparedWindow(fromMs, toMs, own) : ComparedWindow.Of(fromMs, toMs);
    }

    static IReadOnlyList<LabelMatcher> Matchers(string? selector)
    {
        if (string.IsNullOrWhiteSpace(selector))
        {
            return [];
        }

        try
        {
            return Engine.ParseSelector(selector);
        }
        catch (PromQlException e)
        {
            throw ProblemException.BadField(
                "match", e.Message, "Write a series selector such as node_disk_io_now or {device=\"sda\"}.");
        }
    }
}
