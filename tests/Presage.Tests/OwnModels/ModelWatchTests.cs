using Microsoft.Extensions.Logging.Abstractions;
using Presage.Metrics;
using Presage.OwnModels;
using Presage.Tests.Support;
using Presage.Tests.Watching;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.OwnModels;

/// <summary>Models at work on a real store, with ONNX Runtime, on a clock that the test moves.</summary>
public sealed class ModelWatchTests : IAsyncDisposable
{
    const string Mean = "query: queue_length\nstep: 1m\nwindow: 8\noutput: forecast\nmodel: mean.onnx\n";

    readonly string _folder = Directory.CreateTempSubdirectory("presage-models-").FullName;
    readonly WatchedServer _server = new(TimeSpan.FromDays(3));
    readonly SampleBatch _batch = new();
    readonly SeededGenerator _random = new(11);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task History_teaches_at_once_and_what_is_odd_then_is_told_stored_and_over()
    {
        GoldenModel.Place(_folder, "queue", "mean", Mean.Replace("model: mean.onnx\n", ""));
        await HistoryAsync("web1", hours: 24);
        await HistoryAsync("web2", hours: 24);
        var models = Models();
        await models.TurnAsync(CancellationToken.None);
        await UntilAsync(models, () => models.Statuses[0].State == ModelState.Running);
        var status = Assert.Single(models.Statuses);
        Assert.Equal(("queue", 2, 0, 0), (status.Name, status.Series, status.SeriesLearning, status.Odd));
        Assert.Equal("window: float32[N, 8]", status.Input);

        await MinuteAsync(models, ("web1", 90), ("web2", 10));
        var finding = Assert.Single(models.FindingsOf("web1"));
        Assert.Empty(models.FindingsOf("web2"));
        Assert.Equal("queue", finding.Model);
        Assert.True(finding.IsAlarm);
        Assert.Matches(
            "^Model queue: queue_length is 90, expected [67]\\.?[0-9]*–1[34]\\.?[0-9]*, since 12:01\\.$",
            _server.Read(finding.Sentence)
        );
        Assert.Equal(90, finding.Value);
        Assert.True(finding.Score > 0.999999);
        var stored = Assert.Single(_server.Watcher.Anomalies.Between(0, long.MaxValue, "web1", 10));
        Assert.Equal(("model queue queue_length{host=\"web1\"}", null), (stored.Key, stored.EndMs));
        Assert.True(Last("presage_model_score", "web1") > 0.99999);
        Assert.InRange(Last("presage_model_expected", "web1"), 9, 11);
        Assert.InRange(Last("presage_model_upper", "web1"), 12, 16);
        Assert.InRange(Last("presage_model_score", "web2"), 0, 0.99);

        for (int minute = 0; minute < 14; minute++)
        {
            await MinuteAsync(models, ("web1", 10 + _random.Normal()), ("web2", 10));
        }

        Assert.Empty(models.FindingsOf("web1"));
        stored = Assert.Single(_server.Watcher.Anomalies.Between(0, long.MaxValue, "web1", 10));
        Assert.InRange(stored.EndMs!.Value, stored.StartMs, stored.StartMs + (8 * 60_000));
        Assert.Contains("was 90, expected", stored.Sentence);
    }

    [Fact]
    public async Task After_a_restart_an_anomaly_that_runs_is_the_same_one()
    {
        GoldenModel.Place(_folder, "queue", "mean", Mean.Replace("model: mean.onnx\n", ""));
        await HistoryAsync("web1", hours: 12);
        var before = Models();
        await UntilAsync(before, () => before.Statuses is [{ State: ModelState.Running }]);
        await MinuteAsync(before, ("web1", 90));
        await MinuteAsync(before, ("web1", 95));
        Assert.Single(before.FindingsOf("web1"));
        before.Close();

        var after = Models();
        await UntilAsync(after, () => after.Statuses is [{ State: ModelState.Running }]);

        Assert.Single(after.FindingsOf("web1"));
        var stored = Assert.Single(_server.Watcher.Anomalies.Between(0, long.MaxValue, "web1", 10));
        Assert.Null(stored.EndMs);
        after.Close();
    }

    [Fact]
    public async Task Models_that_fail_are_set_aside_with_a_reason_and_the_others_go_on()
    {
        GoldenModel.Place(_folder, "good", "mean", Mean.Replace("mean.onnx", "good.onnx"));
        GoldenModel.Place(_folder, "nan", "nan", Mean.Replace("mean.onnx", "nan.onnx"));
        GoldenModel.Place(_folder, "slow", "slow", Mean.Replace("mean.onnx", "slow.onnx"));
        GoldenModel.Place(_folder, "broken", "bad-bytes", Mean.Replace("mean.onnx", "broken.onnx"));
        GoldenModel.Place(_folder, "shape", "bad-window", Mean.Replace("mean.onnx", "shape.onnx"));
        GoldenModel.Place(_folder, "key", "mean", Mean + "windw: 8\n");
        await HistoryAsync("web1", hours: 12);
        var models = Models();
        await UntilAsync(
            models,
            () => models.Statuses.Any(static one => one is { Name: "good", State: ModelState.Running })
        );
        await MinuteAsync(models, ("web1", 2_000));

        var problems = models.Statuses.ToDictionary(static one => one.Name, static one => one.Problem);
        Assert.Null(problems["good"]);
        Assert.Contains("answers were no numbers (NaN or infinite)", problems["nan"]);
        Assert.Contains("broken.onnx (100 bytes) is no ONNX file", problems["broken"]);
        Assert.Contains("its input is window: float32[N, 7]; expected is float32[N, 8]", problems["shape"]);
        Assert.Contains("key.yaml:6: unknown key \"windw\"; the nearest valid key is \"window\".", problems["key"]);
        Assert.Single(models.FindingsOf("web1"), static finding => finding.Model == "good");

        // The forecast looks at the eight values before: the slow one meets the large value a minute later.
        await MinuteAsync(models, ("web1", 10));
        var slow = Assert.Single(models.Statuses, static one => one.Name == "slow");
        Assert.Equal(ModelState.SetAside, slow.State);
        Assert.Equal("it took longer than 2 s for 1 window", slow.Problem);
        Assert.Equal(ModelState.Running, models.Statuses.Single(static one => one.Name == "good").State);
        models.Close();
    }

    [Fact]
    public async Task Changed_files_are_taken_once_they_are_at_rest_and_removed_ones_end_what_they_found()
    {
        await HistoryAsync("web1", hours: 12);
        var models = Models();
        await models.TurnAsync(CancellationToken.None);
        Assert.Empty(models.Statuses);

        GoldenModel.Place(_folder, "queue", "mean", "query: queue_length\n");
        await MinuteAsync(models, ("web1", 10));
        Assert.Empty(models.Statuses);
        await MinuteAsync(models, ("web1", 10));
        Assert.Contains("step is missing", Assert.Single(models.Statuses).Problem);

        GoldenModel.Place(_folder, "queue", "mean", Mean.Replace("model: mean.onnx\n", ""));
        await MinuteAsync(models, ("web1", 10));
        await UntilAsync(models, () => models.Statuses[0].State == ModelState.Running);
        await MinuteAsync(models, ("web1", 90));
        await MinuteAsync(models, ("web1", 90));
        Assert.Single(models.FindingsOf("web1"));

        File.Delete(Path.Combine(_folder, "queue.yaml"));
        File.Delete(Path.Combine(_folder, "queue.onnx"));
        await MinuteAsync(models, ("web1", 90));
        Assert.Empty(models.Statuses);
        Assert.Empty(models.FindingsOf("web1"));
        Assert.NotNull(Assert.Single(_server.Watcher.Anomalies.Between(0, long.MaxValue, "web1", 10)).EndMs);
    }

    [Fact]
    public async Task Under_maintenance_nothing_is_judged_or_learned()
    {
        GoldenModel.Place(_folder, "queue", "mean", Mean.Replace("model: mean.onnx\n", ""));
        await HistoryAsync("web1", hours: 12);
        var models = Models();
        await UntilAsync(models, () => models.Statuses is [{ State: ModelState.Running }]);
        _server.IsMaintained = true;
        long answers = models.Statuses[0].Answers;
        for (int minute = 0; minute < 20; minute++)
        {
            await MinuteAsync(models, ("web1", 90));
        }

        Assert.Empty(models.FindingsOf("web1"));
        Assert.Equal(answers, models.Statuses[0].Answers);
        _server.IsMaintained = false;
        for (int minute = 0; minute < 10; minute++)
        {
            await MinuteAsync(models, ("web1", 10));
        }

        Assert.Empty(models.FindingsOf("web1"));
        await MinuteAsync(models, ("web1", 90));
        Assert.Single(models.FindingsOf("web1"));
        models.Close();
    }

    ModelWatch Models() =>
        new(
            _folder,
            new WatchedStore(_server.Store),
            _server.Registry,
            _server.Watcher.Anomalies,
            FalseAlarms.Default,
            _server.Time,
            NullLogger.Instance
        )
        {
            Maintenance = new Maintenance(
                (_, atMs) => _server.IsMaintained && atMs >= WatchedServer.StartMs,
                static _ => []
            ),
        };

    /// <summary>Turns, a second each, until something holds; a minute at most.</summary>
    async Task UntilAsync(ModelWatch models, Func<bool> holds)
    {
        for (int turn = 0; turn < 60; turn++)
        {
            await models.TurnAsync(CancellationToken.None);
            if (models.Statuses.Count > 0 && holds())
            {
                return;
            }

            _server.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Fail($"it did not come to pass: {string.Join("; ", models.Statuses)}");
    }

    async Task MinuteAsync(ModelWatch models, params (string Host, double Value)[] values)
    {
        _server.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (var (host, value) in values)
        {
            Add(host, _server.NowMs, value);
        }

        await FlushAsync();
        await models.TurnAsync(CancellationToken.None);
    }

    async Task HistoryAsync(string host, int hours)
    {
        for (long atMs = _server.NowMs - (hours * 3_600_000L); atMs <= _server.NowMs; atMs += 60_000)
        {
            Add(host, atMs, 10 + _random.Normal());
        }

        await FlushAsync();
    }

    void Add(string host, long atMs, double value)
    {
        _batch.AddSeries(LabelSet.OfMetric("queue_length", new Label("host", host)).ToKey());
        _batch.AddSample(atMs, value);
    }

    async Task FlushAsync()
    {
        await _server.Store.AppendAsync(_batch, CancellationToken.None);
        _batch.Clear();
    }

    double Last(string metric, string host)
    {
        var columns = new SampleColumns();
        Assert
            .Single(
                _server.Store.Select(
                    [
                        new LabelMatcher(LabelNames.MetricName, MatchOperator.Equal, metric),
                        new LabelMatcher("host", MatchOperator.Equal, host),
                        new LabelMatcher("model", MatchOperator.Equal, "queue"),
                        new LabelMatcher("metric", MatchOperator.Equal, "queue_length"),
                    ],
                    new TimeRange(0, long.MaxValue)
                )
            )
            .Read(new TimeRange(0, long.MaxValue), columns);
        return columns.Values[^1];
    }
}
