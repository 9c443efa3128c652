using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>What comes back every night is learned as normal: nobody has to say so.</summary>
public sealed class NightlyJobTests(ITestOutputHelper output)
{
    const long StartMs = 1_767_571_200_000;
    const long DayMs = 86_400_000;
    const int Nights = 12;

    /// <summary>
    /// A backup at two every night, a few minutes early or late, on an otherwise idle host: the first nights are told,
    /// hardly one from the fourth on, neither by vital signs nor by the host as a whole; at two in the afternoon it is.
    /// </summary>
    [Fact]
    public void A_job_at_the_same_hour_stops_raising_after_three_nights_and_at_another_hour_raises_again()
    {
        var host = new NormalHost(3, 60) { HasOwnJobs = false };
        int[] vitals = new int[Nights + 1], hosts = new int[Nights + 1];
        var open = new HashSet<string>(StringComparer.Ordinal);
        for (int day = 0; day <= Nights; day++)
        {
            long jobMs = (day == Nights ? 14 : 2) * 3_600_000L + (((day * 7) % 5) - 2) * 60_000L;
            for (long atMs = 0; atMs < DayMs; atMs += 60_000)
            {
                bool runs = atMs >= jobMs && atMs < jobMs + 1_500_000;
                host.Fault["cpu_use"] = runs ? 0.6 : 0;
                host.Fault["disk_busy"] = runs ? 0.7 : 0;
                host.Fault["disk_read"] = runs ? 2e8 : 0;
                host.Fault["memory_use"] = runs ? 0.15 : 0;
                long nowMs = StartMs + (day * DayMs) + atMs;
                host.At(nowMs);
                host.Judge.Conclude(nowMs, host.Tracks);
                Count("host", host.Judge.Running is not null, ref hosts[day]);
                foreach (var track in host.Tracks)
                {
                    Count(track.Key, track.Detector.IsUnusual, ref vitals[day]);
                }
            }
        }

        output.WriteLine($"vital signs by night: {string.Join(' ', vitals)}; host: {string.Join(' ', hosts)}");
        Assert.True(vitals[0] + hosts[0] > 0, "the first night is new");
        Assert.All(vitals[3..Nights], static count => Assert.Equal(0, count));

        // Several vital signs at the edge of what is usual at once: once in nine nights.
        Assert.InRange(hosts[3..Nights].Sum(), 0, 1);
        Assert.True(vitals[Nights] > 0, "the same job in the afternoon is not usual");

        void Count(string key, bool isOpen, ref int count)
        {
            if (isOpen && open.Add(key))
            {
                count++;
                if (key == "host")
                {
                    output.WriteLine(HostSentence.OfEnded(host.Judge.Running!));
                }
            }
            else if (!isOpen)
            {
                open.Remove(key);
            }
        }
    }
}
