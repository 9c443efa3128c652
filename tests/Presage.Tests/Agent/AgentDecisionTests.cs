using System.Net;
using Presage.Agent;
using Xunit;

namespace Presage.Tests.Agent;

public sealed class AgentDecisionTests
{
    [Theory]
    [InlineData(200, "Accepted")]
    [InlineData(204, "Accepted")]
    [InlineData(301, "AddressWrong")]
    [InlineData(400, "Refused")]
    [InlineData(401, "TokenWrong")]
    [InlineData(403, "TokenWrong")]
    [InlineData(404, "AddressWrong")]
    [InlineData(413, "Refused")]
    [InlineData(415, "Refused")]
    [InlineData(429, "Unavailable")]
    [InlineData(500, "Unavailable")]
    [InlineData(503, "Unavailable")]
    public void A_status_code_means_what_remote_write_says(int status, string outcome) =>
        Assert.Equal(outcome, ServerAnswer.Of((HttpStatusCode)status, "", null).Outcome.ToString());

    [Fact]
    public void Retry_after_is_bounded()
    {
        Assert.Equal(TimeSpan.FromMinutes(5),
            ServerAnswer.Of((HttpStatusCode)503, "", TimeSpan.FromDays(9)).RetryAfter);
        Assert.Equal(TimeSpan.Zero, ServerAnswer.Of((HttpStatusCode)503, "", TimeSpan.FromDays(-9)).RetryAfter);
    }

    [Fact]
    public void Waits_double_up_to_30_seconds_with_a_random_half()
    {
        var backoff = new Backoff(7);
        double[] limits = [1, 2, 4, 8, 16, 30, 30, 30];
        foreach (double limit in limits)
        {
            Assert.InRange(backoff.Next(null).TotalSeconds, limit / 2, limit);
        }

        backoff.Reset();
        Assert.InRange(backoff.Next(null).TotalSeconds, 0.5, 1);
        Assert.InRange(backoff.Next(TimeSpan.FromSeconds(20)).TotalSeconds, 20, 21);
        Assert.NotEqual(new Backoff(1).Next(null), new Backoff(2).Next(null));
    }

    [Theory]
    [InlineData(1, 10_000, 10_000, false)]
    [InlineData(1, 10_004, 10_000, false)]
    [InlineData(1, 9_950, 10_000, false)]
    [InlineData(1, 10_300, 10_300, true)]
    [InlineData(15, 30_900, 30_000, false)]
    [InlineData(15, 37_000, 37_000, true)]
    public void Samples_bear_the_time_of_their_tick_unless_it_is_far(int seconds, long nowMs, long expectedMs,
        bool isOff)
    {
        var clock = new TickClock(TimeSpan.FromSeconds(seconds));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(nowMs);

        Assert.Equal((expectedMs, isOff), (clock.TimestampMs(now), clock.IsOff(now)));
    }

    [Fact]
    public void The_first_tick_is_the_next_whole_second() => Assert.Equal(
        TimeSpan.FromMilliseconds(250),
        new TickClock(TimeSpan.FromSeconds(1)).UntilNext(DateTimeOffset.FromUnixTimeMilliseconds(12_750)));
}
