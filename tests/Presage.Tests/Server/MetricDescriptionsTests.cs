using Microsoft.Extensions.Time.Testing;
using Presage.Protocols.Prometheus;
using Presage.Receivers;
using Presage.State;
using Xunit;

namespace Presage.Tests.Server;

/// <summary>What senders say of their metrics, kept over restarts and within bounds.</summary>
public sealed class MetricDescriptionsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("presage-descriptions-").FullName;
    readonly FakeTimeProvider _time = new();

    [Fact]
    public void Descriptions_survive_a_restart_and_are_asked_for_again()
    {
        using (var state = StateDatabase.Open(_folder))
        {
            var descriptions = new MetricDescriptions(_time, state);
            descriptions.Note([new MetricMetadata("up", "gauge", "Is it up?", "")]);
            descriptions.Note([new MetricMetadata("up", "gauge", "Is it up.", "")]);
            descriptions.Note([new MetricMetadata("sent_bytes", "counter", "", "bytes")]);
            descriptions.Save();
            descriptions.Note([new MetricMetadata("late", "unknown", "Not saved.", "")]);
        }

        using var again = StateDatabase.Open(_folder);
        var read = new MetricDescriptions(_time, again);
        Assert.Equal(new MetricDescription("gauge", "Is it up.", null), read.Of("up"));
        Assert.Equal(new MetricDescription("counter", null, "bytes"), read.Of("sent_bytes_total"));
        Assert.Equal(2, read.All.Count());
        Assert.False(read.Knows("up"u8));

        _time.Advance(TimeSpan.FromSeconds(1));
        read.Note([new MetricMetadata("up", "gauge", "Is it up.", "")]);
        Assert.True(read.Knows("up"u8));
    }

    [Fact]
    public void Long_texts_are_cut_and_no_more_than_20_000_metrics_described()
    {
        using var state = StateDatabase.Open(_folder);
        var descriptions = new MetricDescriptions(_time, state);
        descriptions.Note(Enumerable.Range(0, 30_000).Select(
            static i => new MetricMetadata($"m{i}", "gauge", new string('x', 499) + "\U0001F600 and more", "")));
        descriptions.Note([new MetricMetadata(new string('n', 300), "gauge", "Too long a name.", "")]);

        Assert.Equal(20_000, descriptions.All.Count());
        Assert.All(descriptions.All.Take(10), static d => Assert.Equal(new string('x', 499), d.Value.Help));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
