using Presage.Configuration;
using Presage.Watching;
using Xunit;

namespace Presage.Tests.Watching;

/// <summary>How many false alarms are wanted: of all hosts, of some, of a family of vital signs.</summary>
public sealed class FalseAlarmsTests
{
    /// <summary>A Monday, 2026-11-23 00:00 UTC.</summary>
    const long StartMs = 1_795_392_000_000;

    [Fact]
    public void The_first_rule_that_fits_counts()
    {
        var wanted = Read("{host=~\"db.*\", family=\"disk\"} 2\n{host=~\"db.*\"} 0.5\n{family=\"network\"} 0");
        Assert.Equal(0.5, wanted.OfHost("db1"));
        Assert.Equal(2, wanted.OfFamily("db1", "disk"));
        Assert.Equal(0.5, wanted.OfFamily("db1", "network"));
        Assert.Equal(0.1, wanted.OfHost("web1"));
        Assert.Equal(0.1, wanted.OfFamily("web1", "disk"));
        Assert.Equal(0, wanted.OfFamily("web1", "network"));
    }

    [Theory]
    [InlineData("{host=\"web1\"} -1")]
    [InlineData("{host=\"web1\"}")]
    [InlineData("{job=\"x\"} 1")]
    [InlineData("{} 1")]
    [InlineData("{host=~\"(\"} 1")]
    [InlineData("{host=\"web1\"} 101")]
    public void What_is_no_rule_is_refused(string text) => Assert.False(FalseAlarmText.TryRules(text, out _));

    /// <summary>A file system that fills, and a flood of packets, on a host that is known for a day.</summary>
    [Theory]
    [InlineData("", true, true)]
    [InlineData("{family=\"filesystem\"} 0", false, true)]
    [InlineData("{family=\"network\"} 0", true, false)]
    [InlineData("{host=\"web1\"} 0", false, false)]
    [InlineData("{host=\"web2\"} 0", true, true)]
    public void A_family_or_host_of_which_none_is_wanted_raises_none(string rules, bool ofFiles, bool ofPackets)
    {
        Assert.Equal(ofFiles, IsRaised(rules, "filesystem_use", 0.3));
        Assert.Equal(ofPackets, IsRaised(rules, "packets", 170_000));
    }

    static bool IsRaised(string rules, string vital, double added)
    {
        var host = new NormalHost(12, 10, falseAlarms: Read(rules));
        long nowMs = StartMs, faultMs = StartMs + (25 * 3_600_000);
        for (; nowMs < faultMs; nowMs += 10_000)
        {
            host.At(nowMs);
            host.Judge.Conclude(nowMs, host.Tracks);
        }

        Assert.Null(host.Judge.Running);
        host.Fault[vital] = added;
        for (; nowMs < faultMs + 90_000 && host.Judge.Running is null; nowMs += 10_000)
        {
            host.At(nowMs);
            host.Judge.Conclude(nowMs, host.Tracks);
        }

        return host.Judge.Running is { KnownSeconds: null };
    }

    static FalseAlarms Read(string rules)
    {
        Assert.True(FalseAlarmText.TryRules(rules, out var read));
        return new FalseAlarms(FalseAlarms.DefaultPerWeek, read);
    }
}
