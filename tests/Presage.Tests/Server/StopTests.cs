using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Presage.Api;
using Presage.Configuration;
using Presage.Metrics;
using Presage.Storage;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>A stop on a disk that refuses: what can be closed is closed, and the rest is told.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task What_cannot_be_written_at_the_end_is_told_and_samples_are_written_all_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("presage-stop-");
        var server = await PresageServer.StartAsync(
            new PresageOptions
            {
                Data = folder.FullName,
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Auth = AuthenticationMode.None,
                CollectionEnabled = false,
            },
            TimeProvider.System,
            static logging => logging.ClearProviders(),
            CancellationToken.None);
        using (var client = new HttpClient { BaseAddress = server.Listening.Local })
        {
            using var text = new StringContent("# TYPE m gauge\nm{instance=\"db1\"} 1\n");
            using var answer = await client.PostAsync("/api/v1/import/prometheus", text);
            Assert.True(answer.IsSuccessStatusCode);
        }

        string file = Path.Combine(folder.FullName, "state.db");
        await using (var state = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            await state.OpenAsync();
            var command = state.CreateCommand();
            command.CommandText = "drop table metric_descriptions";
            await command.ExecuteNonQueryAsync();
        }

        var told = await Assert.ThrowsAsync<StopException>(async () => await server.DisposeAsync());
        Assert.Contains("no such table: metric_descriptions", told.Message, StringComparison.Ordinal);
        Assert.Contains("every sample that was acknowledged is stored", told.Message, StringComparison.Ordinal);

        // The folder is free, and the journal has nothing to read back.
        await using (var store = SampleStore.Open(
            new StorageOptions { DataFolder = folder.FullName }, TimeProvider.System, NullLogger.Instance))
        {
            Assert.Equal(0, store.Statistics.SamplesReplayed);
            var all = new TimeRange(long.MinValue, long.MaxValue);
            Assert.Single(store.Select([new LabelMatcher("__name__", MatchOperator.Equal, "m")], all));
        }

        folder.Delete(recursive: true);
    }
}
