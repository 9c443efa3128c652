using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Presage.Api;
using Presage.Metrics;
using Presage.State;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>The Prometheus API's envelope, parameters and error types.</summary>
public sealed class PrometheusApiTests
{
    static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly long StartSeconds = Start.ToUnixTimeSeconds();

    [Fact]
    public async Task Instant_query_answers_a_vector()
    {
        await using var server = await StartAsync();

        string text = await GetAsync(server, $"/api/v1/query?query=load&time={StartSeconds}.5");

        Assert.Equal(
            """{"status":"success","data":{"resultType":"vector","result":[""" +
            $$$"""{"metric":{"__name__":"load","instance":"a"},"value":[{{{StartSeconds}}}.500,"1.5"]},""" +
            $$$"""{"metric":{"__name__":"load","instance":"b"},"value":[{{{StartSeconds}}}.500,"NaN"]}]}}""",
            text);
    }

    [Fact]
    public async Task Instant_query_can_be_limited_to_one_host()
    {
        await using var server = await StartAsync();

        var answer = await JsonAsync(server, $"/api/v1/query?query=load&time={StartSeconds}&host=a");

        Assert.Equal(1, answer.GetProperty("data").GetProperty("result").GetArrayLength());
    }

    [Fact]
    public async Task Range_query_answers_a_matrix_with_times_of_RFC_3339_and_a_step_in_words()
    {
        await using var server = await StartAsync();

        string text = await GetAsync(
            server,
            "/api/v1/query_range?query=load*2&host=a&start=2026-05-01T12:00:00Z&end=2026-05-01T12:00:20Z&step=10s");

        Assert.Equal(
            """{"status":"success","data":{"resultType":"matrix","result":[""" +
            $$$"""{"metric":{"instance":"a"},"values":[[{{{StartSeconds}}},"3"],[{{{StartSeconds + 10}}},"3"],""" +
            $$$"""[{{{StartSeconds + 20}}},"3"]]}]}}""",
            text);
    }

    [Theory]
    [InlineData("format_query?query=sum+by(a)(load)", "\"data\":\"sum by (a) (load)\"")]
    [InlineData("parse_query?query=-load", "\"op\":\"-\",\"expr\":{\"type\":\"vectorSelector\"")]
    [InlineData("metadata", "{\"status\":\"success\",\"data\":{}}")]
    [InlineData("targets", "\"activeTargets\":[]")]
    [InlineData("alertmanagers", "\"activeAlertmanagers\":[]")]
    [InlineData("query_exemplars", "{\"status\":\"success\",\"data\":[]}")]
    [InlineData("status/config", "storage.retention: 360h")]
    [InlineData("status/flags", "\"query.timeout\":\"120s\"")]
    [InlineData("status/runtimeinfo", "\"storageRetention\":\"360h\"")]
    [InlineData("features", "\"promql-experimental-functions\":false")]
    public async Task Tools_find_the_calls_that_tell_about_server_and_queries(string call, string expected)
    {
        await using var server = await StartAsync();

        string text = await GetAsync(server, "/api/v1/" + call);

        Assert.StartsWith("{\"status\":\"success\",\"data\":", text, StringComparison.Ordinal);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_come_when_they_are_asked_for()
    {
        await using var server = await StartAsync();

        var answer = await JsonAsync(server, $"/api/v1/query?query=load&time={StartSeconds}&stats=all");

        var stats = answer.GetProperty("data").GetProperty("stats");
        Assert.True(stats.GetProperty("timings").GetProperty("evalTotalTime").GetDouble() >= 0);
        Assert.True(stats.GetProperty("samples").GetProperty("totalQueryableSamples").GetInt64() >= 2);
    }

    [Theory]
    [InlineData("1+1", "scalar", "2")]
    [InlineData("\"x\"", "string", "x")]
    [InlineData("1e20", "scalar", "100000000000000000000")]
    [InlineData("-1/0", "scalar", "-Inf")]
    public async Task Scalars_and_texts_have_their_forms(string query, string type, string value)
    {
        await using var server = await StartAsync();

        string text = await GetAsync(server, $"/api/v1/query?time={StartSeconds}&query={Uri.EscapeDataString(query)}");

        Assert.Contains($"\"{type}\",\"result\":[{StartSeconds},\"{value}\"]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("laod", "no series has the metric name \"laod\", did you mean \"load\"? (1:1)")]
    [InlineData("sum(load{instnace=\"a\"})", "no series has the label \"instnace\", did you mean \"instance\"? (1:5)")]
    [InlineData("load{instance=\"none\"}", null)]
    [InlineData("something_else_entirely", null)]
    public async Task An_empty_answer_names_what_was_probably_misspelt(string query, string? remark)
    {
        await using var server = await StartAsync();

        var answer = await JsonAsync(server, $"/api/v1/query?time={StartSeconds}&query={Uri.EscapeDataString(query)}");

        string? info = answer.TryGetProperty("infos", out var infos) ? infos[0].GetString() : null;
        Assert.Equal(remark is null ? null : "PromQL info: " + remark, info);
    }

    [Fact]
    public async Task Parameters_may_come_as_a_form()
    {
        await using var server = await StartAsync();
        using var client = server.ClientOf(Role.Viewer);
        using var form = new FormUrlEncodedContent([new("query", "load"), new("time", StartSeconds.ToString())]);

        using var answer = await client.PostAsync("/api/v1/query", form);

        Assert.Equal(
            "success", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("query", 400, "bad_data", "query")]
    [InlineData("query?query=sum(", 400, "bad_data", "parse error")]
    [InlineData("query?query=load&time=yesterday", 400, "bad_data", "yesterday")]
    [InlineData("query?query=load&timeout=soon", 400, "bad_data", "soon")]
    [InlineData("query?query=load&timeout=-1", 503, "timeout", "timed out")]
    [InlineData("query_range?query=load&start=1&end=2", 400, "bad_data", "step")]
    [InlineData("query_range?query=load&start=1&end=2&step=0", 400, "bad_data", "step")]
    [InlineData("query_range?query=load&start=2&end=1&step=1", 400, "bad_data", "end")]
    [InlineData("query_range?query=load&start=1&end=100000&step=1", 400, "bad_data", "step")]
    [InlineData("query_range?query=load[5m]&start=1&end=2&step=1", 400, "bad_data", "range")]
    [InlineData("series", 400, "bad_data", "match[]")]
    [InlineData("series?match[]=sum(x)", 400, "bad_data", "match[]")]
    [InlineData("labels?limit=-1", 400, "bad_data", "limit")]
    [InlineData("query?query=label_replace(load,%22instance%22,%22x%22,%22%22,%22%22)", 422, "execution", "")]
    public async Task Errors_have_type_and_text(string call, int status, string type, string mention)
    {
        await using var server = await StartAsync();
        using var client = server.ClientOf(Role.Viewer);

        bool needsTime = call.StartsWith("query?", StringComparison.Ordinal)
            && !call.Contains("time=", StringComparison.Ordinal);
        using var answer = await client.GetAsync($"/api/v1/{call}{(needsTime ? $"&time={StartSeconds}" : "")}");

        string text = await answer.Content.ReadAsStringAsync();
        Assert.True((HttpStatusCode)status == answer.StatusCode, text);
        var error = JsonDocument.Parse(text).RootElement;
        Assert.Equal("error", error.GetProperty("status").GetString());
        Assert.Equal(type, error.GetProperty("errorType").GetString());
        Assert.Contains(mention, error.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Series_labels_and_values_are_sorted()
    {
        await using var server = await StartAsync();

        Assert.Equal(
            """{"status":"success","data":[{"__name__":"load","instance":"a"},{"__name__":"load","instance":"b"}]}""",
            await GetAsync(server, "/api/v1/series?match[]=load&match[]=load{instance=\"a\"}"));
        Assert.Equal(Names("__name__", "instance"), await GetAsync(server, "/api/v1/labels"));
        Assert.Equal(Names("a", "b"), await GetAsync(server, "/api/v1/label/instance/values"));
        Assert.Equal(Names("a", "b"), await GetAsync(server, "/api/v1/label/instance/values?limit=2"));

        static string Names(params string[] names) =>
            $$"""{"status":"success","data":{{JsonSerializer.Serialize(names)}}}""";
    }

    [Fact]
    public async Task Build_information_is_new_enough_for_Grafana()
    {
        await using var server = await StartAsync();

        var data = (await JsonAsync(server, "/api/v1/status/buildinfo")).GetProperty("data");

        Assert.True(Version.Parse(data.GetProperty("version").GetString()!) >= new Version(2, 24));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1.5, "1.5")]
    [InlineData(-0.000001, "-0.000001")]
    [InlineData(0.0000001, "1e-7")]
    [InlineData(123456789012345680d, "123456789012345680")]
    [InlineData(1e21, "1e+21")]
    [InlineData(-2.5e300, "-2.5e+300")]
    [InlineData(0.00012345, "0.00012345")]
    public void Values_are_written_as_Prometheus_writes_them(double value, string expected) =>
        Assert.Equal(expected, Text(value));

    [Fact]
    public void Values_read_back_to_the_same_number() => Gen.Double.Sample(static value =>
    {
        string text = Text(value);
        return double.IsFinite(value) ? double.Parse(text).Equals(value) : text is "NaN" or "+Inf" or "-Inf";
    });

    [Theory]
    [InlineData("query?query=load&limit=1", true)]
    [InlineData("query?query=load&limit=2", false)]
    [InlineData("query_range?query=load&start=2026-05-01T12:00:00Z&end=2026-05-01T12:00:01Z&step=1&limit=1", true)]
    [InlineData("series?match[]=load&limit=1", true)]
    [InlineData("series?match[]=load&limit=0", false)]
    [InlineData("labels?limit=1", true)]
    [InlineData("label/instance/values?limit=1", true)]
    public async Task What_a_limit_leaves_out_is_warned_of(string call, bool cut)
    {
        await using var server = await StartAsync();

        string time = call.StartsWith("query?", StringComparison.Ordinal) ? $"&time={StartSeconds}" : "";
        var answer = await JsonAsync(server, $"/api/v1/{call}{time}");

        string? warning = answer.TryGetProperty("warnings", out var warnings) ? warnings[0].GetString() : null;
        Assert.Equal(cut ? "results truncated due to limit" : null, warning);
        var data = answer.GetProperty("data");
        data = data.ValueKind == JsonValueKind.Object ? data.GetProperty("result") : data;
        Assert.Equal(cut ? 1 : 2, data.GetArrayLength());
    }

    [Fact]
    public async Task An_answer_has_ten_warnings_at_most_and_counts_the_others()
    {
        await using var server = await StartAsync();
        string query = string.Join(" or ", Enumerable.Range(0, 13).Select(i => $"quantile({i + 2}, load)"));

        var answer = await JsonAsync(
            server, $"/api/v1/query?time={StartSeconds}&query={Uri.EscapeDataString(query)}");

        string?[] warnings = [.. answer.GetProperty("warnings").EnumerateArray().Select(static w => w.GetString())];
        Assert.Equal(11, warnings.Length);
        Assert.All(warnings[..10], static w => Assert.StartsWith("PromQL warning: quantile value should be", w));
        Assert.Equal("3 more warning annotations omitted", warnings[10]);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Answers_are_packed_for_those_who_take_gzip(string method)
    {
        await using var server = await StartAsync();
        using var client = server.ClientOf(Role.Viewer);
        string query = $"query={new string('(', 150)}load{new string(')', 150)}&time={StartSeconds}";
        using var request = method == "GET"
            ? new HttpRequestMessage(HttpMethod.Get, "/api/v1/query?" + query)
            : new HttpRequestMessage(HttpMethod.Post, "/api/v1/query")
            {
                Content = new StringContent(query, Encoding.UTF8, "application/x-www-form-urlencoded"),
            };
        request.Headers.Add("Accept-Encoding", "gzip");

        using var answer = await client.SendAsync(request);

        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        await using var unpacked =
            new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        var read = await JsonDocument.ParseAsync(unpacked);
        Assert.Equal(2, read.RootElement.GetProperty("data").GetProperty("result").GetArrayLength());
    }

    static string Text(double value)
    {
        Span<byte> buffer = stackalloc byte[SampleText.LengthMax];
        return Encoding.UTF8.GetString(buffer[..SampleText.Write(buffer, value)]);
    }

    static async Task<string> GetAsync(ServerFixture server, string path)
    {
        using var client = server.ClientOf(Role.Viewer);
        return await client.GetStringAsync(path);
    }

    static async Task<JsonElement> JsonAsync(ServerFixture server, string path) =>
        JsonDocument.Parse(await GetAsync(server, path)).RootElement;

    static async Task<ServerFixture> StartAsync()
    {
        var server = await ServerFixture.StartSetUpAsync(new FakeTimeProvider(Start));
        var batch = new SampleBatch();
        foreach (var (instance, value) in new[] { ("a", 1.5), ("b", double.NaN) })
        {
            batch.AddSeries(LabelSet.OfMetric("load", new Label("instance", instance)).ToKey());
            batch.AddSample(Start.ToUnixTimeMilliseconds(), value);
        }

        await server.Part<SampleStore>().AppendAsync(batch, CancellationToken.None);
        return server;
    }
}
