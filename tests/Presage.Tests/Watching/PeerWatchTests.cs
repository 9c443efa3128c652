using Microsoft.Extensions.Logging.Abstractions;
using Presage.State;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>Hosts compared with their twins, minute by minute.</summary>
public sealed class PeerWatchTests(ITestOutputHelper output)
{
    const long StartMs = 1_767_571_200_000;
    const long DayMs = 86_400_000;

    [Fact]
    public void Normal_hosts_raise_about_as_many_as_allowed()
    {
        const int Days = 3;
        using var fleet = new Fleet(10);
        fleet.Run(StartMs, StartMs + (Days * DayMs));
        int early = fleet.Opened.Count(static one => one.AtMs < StartMs + DayMs);
        int later = fleet.Opened.Count - early;
        double weeks = 10 * (Days - 1) / 7.0;
        output.WriteLine($"{early} on the first day, then {later} in {weeks:0.0} host weeks");
        output.WriteLine(string.Join("\n", fleet.Opened.Select(static one => one.Sentence)));
        output.WriteLine(string.Join("; ", fleet.Peers.All.Select(static one => one.Group).Distinct()));

        double most = 2 * 0.1 * weeks;
        Assert.InRange(later, 0, most + (2 * Math.Sqrt(most)));
        Assert.InRange(early, 0, 4);
    }

    [Fact]
    public void The_one_unlike_its_twins_is_told_with_both_ranges_until_it_is_known_or_said_to_be_expected()
    {
        using var fleet = new Fleet(12);
        long nowMs = StartMs + (6 * 3_600_000);
        fleet.Run(StartMs, nowMs);
        Assert.Empty(fleet.Opened);
        Assert.Equal(12, fleet.Peers.Of("web-05")!.Hosts.Count);
        Assert.Equal("hosts web*", fleet.Peers.Of("web-05")!.Group);

        fleet.Hosts[5].Fault["memory_use"] = 0.5;
        fleet.Run(nowMs, nowMs += 1_800_000);

        var (host, sentence, _) = Assert.Single(fleet.Opened);
        Assert.Equal("web-05", host);
        Assert.StartsWith("Memory use is 8", sentence, StringComparison.Ordinal);
        Assert.Contains("its 11 twins (hosts web*) have 3", sentence, StringComparison.Ordinal);
        Assert.NotNull(fleet.Peers.Of("web-05")!.Running);
        Assert.Contains(fleet.Peers.Of("web-05")!.Differences, static one => one.Vital == "memory_use");
        Assert.InRange(fleet.Peers.Of("web-05")!.Score!.Value, 0.9998, 1);

        fleet.Reopen();
        Assert.NotNull(fleet.Log.Running("web-05", AnomalyLog.TwinsKey));
        fleet.Run(nowMs, nowMs += 1_800_000);
        Assert.NotNull(fleet.Peers.Of("web-05")!.Running);

        var told = fleet.Log.Running("web-05", AnomalyLog.TwinsKey)!;
        fleet.Labels.Set(told, AnomalyWord.Expected, null, "ann", nowMs);
        fleet.Run(nowMs, nowMs += 600_000);
        Assert.Null(fleet.Peers.Of("web-05")!.Running);
        fleet.Labels.Remove(told.Id);
        fleet.Run(nowMs, nowMs += 600_000);
        Assert.NotNull(fleet.Peers.Of("web-05")!.Running);

        fleet.Run(nowMs, nowMs += DayMs + 1_800_000);
        Assert.Null(fleet.Peers.Of("web-05")!.Running);
        Assert.Contains(
            fleet.Peers.Of("web-05")!.Differences, static one => one is { Vital: "memory_use", IsKnown: true });
        fleet.Reopen();
        fleet.Run(nowMs, nowMs + 3_600_000);
        Assert.Null(fleet.Peers.Of("web-05")!.Running);
        Assert.DoesNotContain(fleet.Opened, static one => one.Host != "web-05");
    }

    [Fact]
    public void A_state_that_cannot_be_used_is_told()
    {
        var rarities = Enumerable.Range(0, PeerSignals.All.Count).Select(static _ => new Presage.Detection.PeerRarity())
            .ToArray();
        var host = new PeerHost("web1");
        host.Known[3] = 7.5;
        rarities[2].Learn(3, 4);
        byte[] state = PeerStates.Write(rarities, [host]);

        var read = rarities.Select(static _ => new Presage.Detection.PeerRarity()).ToArray();
        var known = new List<(string, int, double)>();
        Assert.Null(PeerStates.Read(state, read, (name, signal, farness) => known.Add((name, signal, farness))));
        Assert.Equal([("web1", 3, 7.5)], known);
        Assert.Equal(4, read[2].Looks, 6);

        Assert.Equal("it is damaged", PeerStates.Read(state[..^9], read, static (_, _, _) => { }));
        state[0] = 9;
        Assert.Equal(
            "it has version 9, this version of Presage reads 1", PeerStates.Read(state, read, static (_, _, _) => { }));
    }

    /// <summary>Normal hosts, a minute apart, straight to the comparison.</summary>
    sealed class Fleet : IDisposable
    {
        readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presage-peers-");
        readonly StateDatabase _state;
        readonly List<(HostEntry Entry, HostWatch Watch)> _watched = [];

        public Fleet(int hosts)
        {
            _state = StateDatabase.Open(_folder.FullName);
            Log = new AnomalyLog(_state);
            Labels = new AnomalyLabels(_state);
            Hosts = [.. Enumerable.Range(0, hosts).Select(static seed => new NormalHost((ulong)seed + 1, 60))];
            Reopen();
        }

        public NormalHost[] Hosts { get; }

        public AnomalyLog Log { get; }

        public AnomalyLabels Labels { get; }

        public PeerWatch Peers { get; private set; } = null!;

        public List<(string Host, string Sentence, long AtMs)> Opened { get; } = [];

        public void Reopen()
        {
            Peers?.Save(0);
            Peers = new PeerWatch(_state, Log, Labels, FalseAlarms.Default, NullLogger.Instance);
        }

        public void Run(long fromMs, long toMs)
        {
            var events = new List<AnomalyEvent>();
            for (long nowMs = fromMs; nowMs < toMs; nowMs += 60_000)
            {
                foreach (var host in Hosts)
                {
                    host.At(nowMs);
                }

                if (_watched.Count == 0)
                {
                    _watched.AddRange(Hosts.Select((host, i) => (
                        new HostEntry($"web-{i:00}", nowMs), new HostWatch($"web-{i:00}", host.Tracks, host.Judge))));
                }

                _watched.ForEach(one => one.Entry.Arrivals.See(nowMs, 1));
                Peers.Turn(nowMs, () => _watched, Maintenance.None, events);
                Opened.AddRange(events.Where(static one => one.IsOpen).Select(one => (one.Host, one.Sentence, nowMs)));
                if (events.Count > 0)
                {
                    Log.Write(events);
                    events.Clear();
                }
            }
        }

        public void Dispose()
        {
            _state.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
