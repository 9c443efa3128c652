using Presage.Storage;
using Presage.Tests.Support;
using Xunit;

namespace Presage.Tests.Storage;

public sealed class RetentionClockTests
{
    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(StoreFixture.StartMs);

    readonly JumpingTime _time = new(Start);
    readonly List<string> _told = [];

    [Fact]
    public void A_jump_ahead_is_believed_after_a_day()
    {
        var clock = Begin(newest: Start);
        _time.Jump(TimeSpan.FromDays(400));
        Assert.Equal(Start, Now(clock));
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(Start.AddHours(23), Now(clock));
        Assert.StartsWith(
            "The clock jumped ahead by 400 days: in case", Assert.Single(_told), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(_time.GetUtcNow(), Now(clock));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(_time.GetUtcNow(), Now(clock));
        Assert.Single(_told);
    }

    [Fact]
    public void A_jump_that_is_taken_back_within_the_day_was_none()
    {
        var clock = Begin(newest: Start);
        for (int times = 1; times <= 2; times++)
        {
            _time.Jump(TimeSpan.FromDays(3));
            Assert.True(Now(clock) < _time.GetUtcNow());
            _time.Advance(TimeSpan.FromHours(20));
            _time.Jump(TimeSpan.FromDays(-3));
            Assert.Equal(_time.GetUtcNow(), Now(clock));
            Assert.Equal(times, _told.Count);
        }
    }

    [Fact]
    public void Clocks_that_are_set_right_or_back_are_followed()
    {
        var clock = Begin(newest: Start);
        foreach (double hours in (double[])[0.9, -0.5, 0.9, -48, 0.9])
        {
            _time.Jump(TimeSpan.FromHours(hours));
            Assert.Equal(_time.GetUtcNow(), Now(clock));
        }

        Assert.Empty(_told);
    }

    [Fact]
    public void A_start_far_ahead_of_the_newest_sample_is_believed_after_a_day_too()
    {
        var newest = Start - TimeSpan.FromDays(9);
        var clock = Begin(newest);
        Assert.Equal(newest, Now(clock));
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(newest.AddHours(23), Now(clock));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(_time.GetUtcNow(), Now(clock));
        Assert.StartsWith(
            "The clock is 9 days ahead of the newest sample: ", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(-0.1)]
    [InlineData(null)]
    public void A_start_with_samples_of_the_last_day_or_none_is_believed_at_once(double? days)
    {
        var clock = Begin(days is { } some ? Start - TimeSpan.FromDays(some) : null);
        Assert.Equal(Start, Now(clock));
        Assert.Empty(_told);
    }

    RetentionClock Begin(DateTimeOffset? newest)
    {
        var clock = new RetentionClock(_time);
        clock.Begin(newest?.ToUnixTimeMilliseconds() ?? long.MinValue, _told.Add);
        return clock;
    }

    static DateTimeOffset Now(RetentionClock clock) => DateTimeOffset.FromUnixTimeMilliseconds(clock.NowMs);
}
