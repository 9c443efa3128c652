using Presage.Configuration;
using Presage.Metrics;
using Presage.Query;
using Presage.Storage;

namespace Presage.Api;

/// <summary>
/// Evaluates the calls of the Prometheus API. At most two queries per core run at once; others wait, and waiting counts
/// towards the time-out, so that a burst of heavy queries cannot starve ingest.
/// </summary>
sealed class PrometheusQueries(PresageOptions options, SampleStore store, TimeProvider time) : IDisposable
{
    static readonly QueryLimits Limits = new();

    readonly PromQlEngine _engine = new(Limits, options.QueryFeatures);
    readonly SemaphoreSlim _running = new(Math.Max(4, Environment.ProcessorCount * 2));

    public Task InstantAsync(HttpContext context) => AnswerAsync(context, async (call, token) =>
    {
        int limit = call.Limit();
        long at = call.Time("time") ?? Now();
        var clock = new QueryClock(call, time);
        var query = Prepare(call, out var engine);
        var source = Source(call);
        var result = await RunAsync(
            () => clock.Time(() => Explained(engine.Instant(query, at, source, token), query, source)), token);
        return writer => PrometheusJson.WriteResult(writer, result, limit, clock);
    });

    public Task RangeAsync(HttpContext context) => AnswerAsync(context, async (call, token) =>
    {
        int limit = call.Limit();
        long start = call.RequiredTime("start"), end = call.RequiredTime("end"), step = call.Step();
        var clock = new QueryClock(call, time);
        var query = Prepare(call, out var engine);
        try
        {
            var source = Source(call);
            var result = await RunAsync(
                () => clock.Time(() => Explained(engine.Range(query, start, end, step, source, token), query, source)),
                token);
            return writer => PrometheusJson.WriteResult(writer, result, limit, clock);
        }
        catch (ArgumentException e)
        {
            string message = e.Message;
            int suffix = message.IndexOf(" (Parameter ", StringComparison.Ordinal);
            message = suffix < 0 ? message : message[..suffix];
            throw message.StartsWith("exceeded", StringComparison.Ordinal)
                ? new PrometheusException(StatusCodes.Status400BadRequest, "bad_data", message)
                : PrometheusException.BadParameter(e.ParamName is "endMs" ? "end" : "step", message);
        }
    });

    public Task SeriesAsync(HttpContext context) => AnswerAsync(context, async (call, token) =>
    {
        int limit = call.Limit();
        if (call.Selectors.Count == 0)
        {
            throw new PrometheusException(StatusCodes.Status400BadRequest, "bad_data", "no match[] parameter provided");
        }

        var found = await SelectAsync(call, (source, matchers, range) =>
            source.Select(matchers, range).Select(static s => s.Labels), token);
        return writer => PrometheusJson.WriteSeries(writer, found.Order(), limit);
    });

    public Task LabelsAsync(HttpContext context) => AnswerAsync(context, async (call, token) =>
    {
        int limit = call.Limit();
        var found =
            await SelectAsync(call, static (source, matchers, range) => source.LabelNames(matchers, range), token);
        return writer => PrometheusJson.WriteNames(writer, found.Order(StringComparer.Ordinal), limit);
    });

    public Task LabelValuesAsync(string name, HttpContext context) => AnswerAsync(context, async (call, token) =>
    {
        int limit = call.Limit();
        var found =
            await SelectAsync(call, (source, matchers, range) => source.LabelValues(name, matchers, range), token);
        return writer => PrometheusJson.WriteNames(writer, found.Order(StringComparer.Ordinal), limit);
    });

    /// <summary>The query on one line, in its canonical form.</summary>
    public Task FormatAsync(HttpContext context) => AnswerAsync(context, (call, token) =>
    {
        token.ThrowIfCancellationRequested();
        string text = Prepare(call, out _).ToString();
        return Task.FromResult<Action<System.Text.Json.Utf8JsonWriter>>(writer => writer.WriteString("data", text));
    });

    /// <summary>The query's syntax tree.</summary>
    public Task ParseAsync(HttpContext context) => AnswerAsync(context, (call, _) =>
    {
        string text = call.Text("query") ?? throw PrometheusException.BadParameter(
            "query", "unknown position: parse error: no expression found in input");
        var tree = _engine.Describe(text);
        return Task.FromResult<Action<System.Text.Json.Utf8JsonWriter>>(writer =>
        {
            writer.WritePropertyName("data");
            tree.WriteTo(writer);
        });
    });

    /// <summary>
    /// Grafana asks for the version and switches features by it: 2.24 is the least that has label matching by series.
    /// </summary>
    public static BuildInfoAnswer BuildInfo() => new("success", new BuildInfo(
        "2.24.0", PresageVersion.Text, "presage", "presage", "", Environment.Version.ToString()));

    public void Dispose() => _running.Dispose();

    /// <summary>An empty answer says which names of the query do not exist.</summary>
    static QueryResult Explained(QueryResult result, PreparedQuery query, ISampleSource source) =>
        result.Kind is QueryResultKind.Vector or QueryResultKind.Matrix && result.Series.Count == 0
            ? result.With(UnknownNames.Remarks(query, source))
            : result;

    long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    ISampleSource Source(PrometheusCall call) => call.Text("host") is { } host ? store.ForHost(host) : store;

    PreparedQuery Prepare(PrometheusCall call, out PromQlEngine engine)
    {
        string text = call.Text("query") ?? throw PrometheusException.BadParameter(
            "query", "unknown position: parse error: no expression found in input");
        engine = call.Duration("lookback_delta") is { } lookback
            ? new PromQlEngine(new QueryLimits { Lookback = lookback }, options.QueryFeatures)
            : _engine;
        try
        {
            return engine.Prepare(text);
        }
        catch (PromQlException e)
        {
            throw PrometheusException.BadParameter("query", e.Message);
        }
    }

    /// <summary>The union of what each selector finds; everything when there is none.</summary>
    async Task<HashSet<T>> SelectAsync<T>(
        PrometheusCall call,
        Func<ISampleSource, IReadOnlyList<LabelMatcher>, TimeRange, IEnumerable<T>> select,
        CancellationToken cancellationToken)
    {
        var range = new TimeRange(call.Time("start") ?? 0, call.Time("end") ?? Now());
        if (range.ToMs < range.FromMs)
        {
            throw PrometheusException.BadParameter("end", "end timestamp must not be before start time");
        }

        var selectors = call.Selectors.Select(ParseSelector).ToList();
        if (selectors.Count == 0)
        {
            selectors.Add([]);
        }

        return await RunAsync(
            () =>
            {
                var found = new HashSet<T>();
                foreach (var matchers in selectors)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    found.UnionWith(select(Source(call), matchers, range));
                }

                return found;
            },
            cancellationToken);
    }

    IReadOnlyList<LabelMatcher> ParseSelector(string text)
    {
        try
        {
            return _engine.ParseSelector(text);
        }
        catch (PromQlException e)
        {
            throw PrometheusException.BadParameter("match[]", e.Message);
        }
    }

    async Task<T> RunAsync<T>(Func<T> run, CancellationToken cancellationToken)
    {
        await _running.WaitAsync(cancellationToken);
        try
        {
            return run();
        }
        finally
        {
            _running.Release();
        }
    }

    async Task AnswerAsync(
        HttpContext context, Func<PrometheusCall, CancellationToken,
            Task<Action<System.Text.Json.Utf8JsonWriter>>> evaluate)
    {
        Action<System.Text.Json.Utf8JsonWriter> write;
        try
        {
            var call = await PrometheusCall.ReadAsync(context);
            var span = call.Duration("timeout") is { } asked
                && asked < options.QueryTimeout ? asked : options.QueryTimeout;
            span = span < TimeSpan.Zero ? TimeSpan.Zero : span;
            using var timer = new CancellationTokenSource(span, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, context.RequestAborted);
            write = await evaluate(call, linked.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await PrometheusJson.WriteErrorAsync(
                context, new PrometheusException(
                    StatusCodes.Status503ServiceUnavailable, "timeout", "query timed out in expression evaluation"));
            return;
        }
        catch (PromQlException e)
        {
            await PrometheusJson.WriteErrorAsync(context, PrometheusException.BadParameter("query", e.Message));
            return;
        }
        catch (PromQlExecutionException e)
        {
            await PrometheusJson.WriteErrorAsync(
                context, new PrometheusException(StatusCodes.Status422UnprocessableEntity, "execution", e.Message));
            return;
        }
        catch (PrometheusException e)
        {
            await PrometheusJson.WriteErrorAsync(context, e);
            return;
        }

        await PrometheusJson.WriteAsync(context, write);
    }
}
