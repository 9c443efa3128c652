using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Presage.Api;
using Presage.Cli;
using Presage.Configuration;
using Presage.OwnModels;
using Presage.Tests.Server;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.OwnModels;

/// <summary>From a file in the folder of models to what users see: a running server, and the command line.</summary>
public sealed class ModelServerTests : IDisposable
{
    const string Forecast = "query: jobs_waiting\nstep: 30s\nwindow: 8\noutput: forecast\nscaling: window\n";

    const string Score =
        "query: jobs_waiting\nstep: 30s\nwindow: 8\noutput: score\noutput_tensor: score\n";

    readonly string _folder = Directory.CreateTempSubdirectory("presage-models-").FullName;
    readonly SeededGenerator _random = new(3);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_models_find_in_pushed_data_is_in_api_queries_metrics_host_page_and_alarm()
    {
        GoldenModel.Place(_folder, "queue", "mean", Forecast);
        GoldenModel.Place(_folder, "spread", "range", Score);
        GoldenModel.Place(_folder, "broken", "bad-opset", Forecast);
        await using var server = await ServerFixture.StartAsync(
            auth: AuthenticationMode.None,
            configure: options =>
            {
                options.WatchingModels = _folder;
                options.StoragePastMax = TimeSpan.FromDays(1);
            });
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 30_000 * 30_000;
        await PushAsync(server, nowMs - (6 * 3_600_000), nowMs - 30_000, odd: false);
        await UntilAsync(server, "/models", static list =>
            States(list, "queue") == "running" && States(list, "spread") == "running");

        await PushAsync(server, nowMs, nowMs, odd: true);
        var models = await UntilAsync(
            server, "/models", static list => list.GetProperty("odd").GetArrayLength() == 2, PushNowAsync);

        Assert.Equal("setAside", States(models, "broken"));
        Assert.Contains(
            "broken.onnx needs ONNX's operator set 99", Model(models, "broken").GetProperty("problem").GetString());
        var odd = models.GetProperty("odd").EnumerateArray()
            .ToDictionary(static one => one.GetProperty("model").GetString()!);
        Assert.Matches(
            "^Model queue: jobs_waiting\\{queue=\"mail\"\\} is 500, expected [0-9.]+–[0-9.]+, since ",
            odd["queue"].GetProperty("sentence").GetString());
        Assert.Matches(
            "^Model spread: jobs_waiting\\{queue=\"mail\"\\} is odd, its score 4[0-9.]+, usually at most [0-9.]+, " +
            "since .*; the value is 500\\.$",
            odd["spread"].GetProperty("sentence").GetString());
        var host = await UntilAsync(
            server,
            "/hosts/web1",
            static page => page.GetProperty("anomaly").ValueKind != JsonValueKind.Null,
            PushNowAsync);
        Assert.Contains("(model ", host.GetProperty("anomaly").GetProperty("sentence").GetString());
        Assert.Equal(2, host.GetProperty("models").GetArrayLength());

        // The page of a host shows what runs a moment before the turn that found it writes it down.
        await UntilAsync(
            server,
            "/anomalies?host=web1&vitals=true",
            static list => new HashSet<string?>(["queue", "spread", null]).IsSubsetOf(
                list.EnumerateArray().Select(static one => one.GetProperty("model").GetString())),
            PushNowAsync);
        var stored = await UntilAsync(
            server,
            "/api/v1/query?query=presage_model_score%7Bmodel%3D%22queue%22%7D",
            static answer => answer.GetProperty("data").GetProperty("result").GetArrayLength() > 0,
            PushNowAsync);
        string answer = stored.GetRawText();
        Assert.Contains("\"queue\":\"mail\"", answer);
        Assert.Contains("\"metric\":\"jobs_waiting\"", answer);
        string metrics = await server.Client.GetStringAsync("/metrics");
        Assert.Contains("presage_model_up{model=\"broken\"} 0", metrics);
        Assert.Contains("presage_model_up{model=\"queue\"} 1", metrics);
        Assert.Contains("presage_model_odd_series{model=\"spread\"} 1", metrics);
    }

    [Fact]
    public void Check_tells_what_a_model_is_and_what_it_costs()
    {
        GoldenModel.Place(_folder, "queue", "mean-band", Forecast);
        var output = new StringWriter();

        Assert.Equal(0, ModelVerb.Check(Path.Combine(_folder, "queue.yaml"), null, output, CancellationToken.None));

        Assert.Matches(
            "^model    queue \\(queue.onnx\\)\nquery    jobs_waiting\n" +
            "window   8 values, 30 s apart, each window by its own mean and deviation\n" +
            "input    window: float32\\[N, 1, 8\\]\n" +
            "output   answer: float32\\[N, 2\\]: the value expected next and how far it strays\n" +
            "tried    1994 windows of made-up values: off by .* to .*, middle .*\n" +
            "judged   [0-9]+ anomalies, 0 answers that are no numbers\n" +
            "time     [0-9.]+ us a window in batches, [0-9.]+ us alone\n$",
            output.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Check_says_why_a_model_cannot_be_used()
    {
        GoldenModel.Place(_folder, "queue", "bad-type", Forecast);

        var refused = Assert.Throws<StartException>(() => ModelVerb.Check(
            Path.Combine(_folder, "queue.yaml"), null, TextWriter.Null, CancellationToken.None));

        Assert.StartsWith(
            "The model cannot be used: its input is window: int64[N, 1]; expected is float32[N, 8]", refused.Message);
    }

    [Fact]
    public async Task A_file_is_scored_with_the_model_as_live_and_no_later_row_changes_an_earlier_score()
    {
        GoldenModel.Place(_folder, "queue", "mean", Forecast);
        string input = Path.Combine(_folder, "in.csv");
        var text = new StringBuilder("time,waiting\n");
        for (int row = 0; row < 1_200; row++)
        {
            double value = row == 1_000 ? 400 : 10 + _random.Normal();
            text.Append($"{1_795_348_800 + (row * 30)},{value}\n");
        }

        await File.WriteAllTextAsync(input, text.ToString());
        string[] whole = await RunAsync(input, "--model-alone");
        Assert.Equal("timestamp,anomaly_score,alert", whole[0]);
        Assert.EndsWith(",1", whole[1_001]);
        Assert.True(ScoreOf(whole[1_001]) > 0.9999);
        Assert.DoesNotContain(whole.Take(1_001), static line => line.EndsWith(",1", StringComparison.Ordinal));

        string[] lines = text.ToString().Split('\n');
        await File.WriteAllTextAsync(input, string.Join('\n', lines.Take(1_050)) + "\n");
        string[] part = await RunAsync(input, "--model-alone");
        Assert.Equal(whole.Take(1_050), part.Take(1_050));
        string[] joined = await RunAsync(input);
        Assert.EndsWith(",1", joined[1_001]);

        await File.WriteAllTextAsync(input, "time,waiting\n0,1\n60,2\n120,3\n180,2\n");
        Assert.Equal(1, await InvokeAsync(input, Path.Combine(_folder, "out.csv")));
    }

    static double ScoreOf(string line) => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture);

    async Task<string[]> RunAsync(string input, params string[] options)
    {
        string output = Path.Combine(_folder, "out.csv");
        Assert.Equal(0, await InvokeAsync(input, output, options));
        return await File.ReadAllLinesAsync(output);
    }

    Task<int> InvokeAsync(string input, string output, params string[] options) =>
        PresageCommand.Create(TimeProvider.System)
            .Parse(
                ["detect", "run", input, "--out", output, "--model", Path.Combine(_folder, "queue.yaml"), .. options])
            .InvokeAsync(null, CancellationToken.None);

    async Task PushAsync(ServerFixture server, long fromMs, long toMs, bool odd)
    {
        var text = new StringBuilder();
        for (long atMs = fromMs; atMs <= toMs; atMs += 30_000)
        {
            double value = odd ? 500 : 10 + _random.Normal();
            double other = 20 + _random.Normal();
            text.Append($"jobs_waiting{{host=\"web1\",queue=\"mail\"}} {value} {atMs}\n");
            text.Append($"jobs_waiting{{host=\"web1\",queue=\"print\"}} {other} {atMs}\n");
        }

        using var content = new StringContent(text.ToString());
        using var answer = await server.Client.PostAsync("/api/v1/import/prometheus", content);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>What is odd goes on, so that the host is not silent however slow this machine is.</summary>
    Task PushNowAsync(ServerFixture server)
    {
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return PushAsync(server, nowMs, nowMs, odd: true);
    }

    static string? States(JsonElement list, string name) => Model(list, name).GetProperty("state").GetString();

    static JsonElement Model(JsonElement list, string name) => list.GetProperty("models").EnumerateArray()
        .FirstOrDefault(one => one.GetProperty("name").GetString() == name);

    static async Task<JsonElement> UntilAsync(
        ServerFixture server, string path, Func<JsonElement, bool> holds, Func<ServerFixture, Task>? each = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            await (each?.Invoke(server) ?? Task.CompletedTask);
            var seen = await GetAsync(server, path);
            if (Holds(seen))
            {
                return seen;
            }

            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{path} stays {seen}");
            }
        }

        bool Holds(JsonElement seen) => seen.ValueKind != JsonValueKind.Undefined &&
            (path != "/models" || seen.GetProperty("models").GetArrayLength() > 0) && holds(seen);
    }

    static async Task<JsonElement> GetAsync(ServerFixture server, string path)
    {
        string prefix = path.StartsWith("/api/", StringComparison.Ordinal) ? "" : "/api/presage/v1";
        using var answer = await server.Client.GetAsync(prefix + path);
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement
            : default;
    }
}
