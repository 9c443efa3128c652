using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Presage.State;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>Saying what an anomaly was, over HTTP.</summary>
public sealed class LabelsApiTests
{
    const string Url = "/api/presage/v1/anomalies";

    [Fact]
    public async Task Is_stored_audited_shown_with_later_ones_and_taken_back()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        long nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Insert(server, 1, nowMs - 86_400_000, "[{\"Key\":\"cpu_use\",\"Name\":\"CPU use\",\"Unit\":\"ratio\"," +
            "\"Family\":\"cpu\",\"Strength\":6}]");
        Insert(server, 2, nowMs - 600_000, "[{\"Key\":\"cpu_use\",\"Name\":\"CPU use\",\"Unit\":\"ratio\"," +
            "\"Family\":\"cpu\",\"Strength\":4}]");
        var client = server.ClientOf(Role.Operator);
        var cancelled = TestContext.Current.CancellationToken;

        using var said = await client.PutAsJsonAsync(
            $"{Url}/1/label", new { word = "noise", note = " backup " }, cancelled);

        Assert.Equal(HttpStatusCode.OK, said.StatusCode);
        var label = (await said.Content.ReadFromJsonAsync<JsonElement>(cancelled)).GetProperty("label");
        Assert.Equal("backup", label.GetProperty("note").GetString());
        Assert.Equal(
            "The like of it is told on web1 only when it is ten times as rare.",
            label.GetProperty("learned").GetString());
        var list = await client.GetFromJsonAsync<JsonElement>(Url, cancelled);
        Assert.Matches(
            "^Last seen .+, called noise \\(\"backup\"\\)\\.$", list[0].GetProperty("lastSeen").GetString());
        Assert.Equal(1, list[0].GetProperty("seenBefore")[0].GetProperty("id").GetInt64());
        Assert.Equal(JsonValueKind.Null, list[1].GetProperty("lastSeen").ValueKind);
        Assert.Equal(1, (await client.GetFromJsonAsync<JsonElement>($"{Url}/labels", cancelled)).GetArrayLength());
        Assert.Contains(server.Part<AuditLog>().Latest(10), static entry => entry.Detail == "anomaly 1 is noise");

        using var back = await client.DeleteAsync($"{Url}/1/label", cancelled);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        using var again = await client.DeleteAsync($"{Url}/1/label", cancelled);
        await ServerFixture.ProblemAsync(again, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Refuses_what_it_does_not_know()
    {
        await using var server = await ServerFixture.StartSetUpAsync();
        Insert(server, 1, 1_000, null);
        var client = server.ClientOf(Role.Operator);
        var cancelled = TestContext.Current.CancellationToken;

        using var unknown = await client.PutAsJsonAsync($"{Url}/9/label", new { word = "useful" }, cancelled);
        await ServerFixture.ProblemAsync(unknown, HttpStatusCode.NotFound);
        using var word = await client.PutAsJsonAsync($"{Url}/1/label", new { word = "boring" }, cancelled);
        Assert.InRange((int)word.StatusCode, 400, 422);
        using var note = await client.PutAsJsonAsync(
            $"{Url}/1/label", new { word = "useful", note = new string('x', 501) }, cancelled);
        await ServerFixture.ProblemAsync(note, HttpStatusCode.UnprocessableEntity);
    }

    static void Insert(ServerFixture server, long id, long startMs, string? causes) =>
        server.Part<StateDatabase>().Write(connection => connection.Execute(
            """
            insert into anomalies (id, host, key, vital, start_ms, end_ms, peak_ms, peak_value, peak_score, lower,
                upper, is_above, is_slow, sentence, causes)
            values ($id, 'web1', $key, '', $start, $start + 60000, $start, 0.99999, 0.99999, 0, 0, 1, 0, 'CPU use.',
                $causes)
            """,
            ("$id", id),
            ("$key", AnomalyLog.HostKey),
            ("$start", startMs),
            ("$causes", causes)));
}
