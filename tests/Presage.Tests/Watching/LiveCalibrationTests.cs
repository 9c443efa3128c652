using Xunit;

namespace Presage.Tests.Watching;

/// <summary>
/// Hosts on which nothing is wrong and hosts with faults, on the way that live samples take: how often is an alarm
/// raised, how soon is one noticed, what is named?
/// </summary>
public sealed class LiveCalibrationTests(ITestOutputHelper output)
{
    const long StartMs = 1_767_571_200_000;
    const long DayMs = 86_400_000;

    [Fact]
    public void Normal_hosts_raise_about_as_many_alarms_as_allowed_once_they_know_a_day()
    {
        const int Hosts = 6, Days = 10;
        int later = 0, early = 0, told = 0;
        Parallel.For(0, Hosts, seed =>
        {
            var host = new NormalHost((ulong)seed + 1, 10);
            bool wasOpen = false;
            for (long atMs = 0; atMs < Days * DayMs; atMs += 10_000)
            {
                host.At(StartMs + atMs);
                host.Judge.Conclude(StartMs + atMs, host.Tracks);
                bool isOpen = host.Judge.Running is not null;
                if (isOpen && !wasOpen && host.Judge.Running!.KnownSeconds is not null)
                {
                    Interlocked.Increment(ref told);
                }
                else if (isOpen && !wasOpen)
                {
                    _ = atMs < 1.25 * DayMs ? Interlocked.Increment(ref early) : Interlocked.Increment(ref later);
                }

                wasOpen = isOpen;
            }
        });
        double weeks = Hosts * (Days - 1.25) / 7;
        output.WriteLine(
            $"{early} alarms ({told} told) on the first day of {Hosts} hosts, then {later} in {weeks:0.0} weeks");

        // 0.1 a week are allowed, twice that is the most: and two standard deviations, for so few are chance. The
        // first day has the first hourly and nightly jobs of hosts that jobs of all kinds come to all the time: those
        // are told, but nobody is woken.
        double most = 2 * 0.1 * weeks;
        Assert.InRange(later, 0, most + (2 * Math.Sqrt(most)));
        Assert.InRange(early, 0, 1);
        Assert.InRange(told, 1, 6 * Hosts);
    }

    /// <summary>
    /// What faults added to the vital signs of a machine, as recorded there: half a minute of them, from the first
    /// second on. Which vital signs may be named is the family's that the fault is of.
    /// </summary>
    [Theory]
    [InlineData("cpu", 1, 2)]
    [InlineData("memory", 1, 2)]
    [InlineData("io", 1, 2)]
    [InlineData("leak", 1, 2)]
    [InlineData("network", 1, 2)]
    [InlineData("filesystem", 1, 2)]
    [InlineData("cpu", 10, 24)]
    [InlineData("memory", 10, 24)]
    [InlineData("io", 10, 24)]
    [InlineData("leak", 10, 24)]
    [InlineData("network", 10, 24)]
    [InlineData("filesystem", 10, 24)]
    public void A_fault_is_noticed_in_half_a_minute(string fault, int cadenceSeconds, int hoursKnown)
    {
        var host = new NormalHost(12, cadenceSeconds);
        long nowMs = StartMs;
        for (; nowMs < StartMs + (hoursKnown * 3_600_000L) + 400_000; nowMs += cadenceSeconds * 1_000)
        {
            host.At(nowMs);
            host.Judge.Conclude(nowMs, host.Tracks);
        }

        Assert.Null(host.Judge.Running);
        Notice(host, fault, cadenceSeconds, nowMs);
    }

    [Theory]
    [InlineData("cpu of two", 1, 6)]
    [InlineData("memory", 1, 6)]
    [InlineData("io", 1, 10)]
    [InlineData("leak", 1, 10)]
    [InlineData("filesystem", 1, 6)]
    [InlineData("cpu of two", 1, 30)]
    [InlineData("io", 1, 30)]
    [InlineData("leak", 1, 30)]
    [InlineData("network", 1, 30)]
    [InlineData("cpu", 10, 20)]
    [InlineData("io", 10, 20)]
    [InlineData("memory", 10, 20)]
    public void A_fault_of_an_idle_machine_is_noticed_in_its_first_hour(
        string fault, int cadenceSeconds, int minutesKnown)
    {
        var host = new NormalHost(24, cadenceSeconds, isIdle: true);
        long startMs = StartMs + (6 * 3_600_000), nowMs = startMs;
        for (; nowMs < startMs + (minutesKnown * 60_000L); nowMs += cadenceSeconds * 1_000)
        {
            host.At(nowMs);
            host.Judge.Conclude(nowMs, host.Tracks);
        }

        Assert.Null(host.Judge.Running);
        Notice(host, fault, cadenceSeconds, nowMs);
    }

    /// <summary>Builds and installations on a machine that is known for twenty minutes, in which it was idle.</summary>
    [Fact]
    public void An_hour_of_ordinary_work_is_hardly_ever_told_twice_and_is_no_alarm()
    {
        const int Hosts = 12;
        int told = 0, alarms = 0;
        Parallel.For(0, Hosts, seed =>
        {
            var host = new NormalHost((ulong)seed + 31, 2, isIdle: true);
            var work = new OrdinaryWork(host, (ulong)seed + 57, 2);
            bool wasOpen = false;
            long beginMs = StartMs + (6 * 3_600_000) + 1_200_000;
            for (long nowMs = beginMs - 1_200_000; nowMs < beginMs + 3_600_000; nowMs += 2_000)
            {
                work.Go(nowMs >= beginMs);
                host.At(nowMs);
                host.Judge.Conclude(nowMs, host.Tracks);
                bool isOpen = host.Judge.Running is not null;
                Interlocked.Add(ref told, isOpen && !wasOpen ? 1 : 0);
                Interlocked.Add(ref alarms, host.Judge.Running is { KnownSeconds: null } ? 1 : 0);
                wasOpen = isOpen;
            }
        });
        output.WriteLine($"{told} told on {Hosts} hosts");

        Assert.Equal(0, alarms);
        Assert.InRange(told, 1, Hosts * 5 / 4);
    }

    void Notice(NormalHost host, string fault, int cadenceSeconds, long nowMs)
    {
        long beganMs = nowMs - (cadenceSeconds * 1_000);
        string[] named = [];
        for (; named.Length == 0 && nowMs <= beganMs + 30_000; nowMs += cadenceSeconds * 1_000)
        {
            Break(host, fault, (nowMs - beganMs) / 1000.0);
            host.At(nowMs);
            host.Judge.Conclude(nowMs, host.Tracks);
            named = host.Judge.Running is { } anomaly
                ? [.. anomaly.Causes.Take(3).Select(static cause => cause.Key)]
                : [.. host.Tracks.Where(static track => track.Detector.IsUnusual).Select(static track => track.Key)];
        }

        output.WriteLine($"{fault}: {(nowMs - beganMs) / 1000.0} s, {string.Join(", ", named)}");
        string[] right = fault switch
        {
            "cpu" or "cpu of two" =>
                ["cpu_use", "load", "cpu_pressure", "tasks_running", "context_switches", "processes"],
            "memory" or "leak" => ["memory_use", "memory_used", "process_memory", "memory_pressure"],
            "io" => ["disk_", "io_pressure", "tasks_blocked", "cpu_iowait"],
            "network" => ["packets", "network_"],
            _ => ["filesystem_use"],
        };
        Assert.Contains(named, key => right.Any(start => key.StartsWith(start, StringComparison.Ordinal)));
    }

    static void Break(NormalHost host, string fault, double seconds)
    {
        double rise = 1 - Math.Exp(-seconds / 60);
        (string Vital, double Added)[] added = fault switch
        {
            "cpu" =>
            [
                ("cpu_use", 1), ("load", 60 * rise), ("tasks_running", 62), ("processes", 62), ("cpu_pressure", 0.95),
            ],
            "cpu of two" =>
            [
                ("cpu_use", 1), ("load", 2 * rise), ("tasks_running", 2), ("cpu_pressure", 0.1),
            ],
            "memory" => Memory(Math.Min(0.55, 0.014 * seconds)),
            "leak" => Memory(0.01 * seconds),
            "io" =>
            [
                ("disk_busy", 0.8), ("io_pressure", 0.5), ("disk_write", 3.5e8), ("disk_read", 1e8),
                ("tasks_blocked", 4), ("cpu_iowait", 0.3),
            ],
            "network" => [("packets", 170_000), ("context_switches", 40_000)],
            _ => [("filesystem_use", 0.017 * seconds)],
        };
        foreach (var (vital, value) in added)
        {
            host.Fault[vital] = value;
        }

        static (string Vital, double Added)[] Memory(double share) =>
            [("memory_use", share), ("memory_used", share * 16e9), ("process_memory", share * 16e9)];
    }
}
