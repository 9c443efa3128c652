using Presage.Metrics;
using Xunit;

namespace Presage.Tests.Metrics;

public sealed class LabelSetTests
{
    [Fact]
    public void Sorts_labels_and_drops_empty_values()
    {
        var set = LabelSet.Of(new Label("b", "2"), new Label("a", "1"), new Label("c", ""));

        Assert.Equal("{a=\"1\", b=\"2\"}", set.ToString());
    }

    [Theory]
    [InlineData("web1:9100", "web1")]
    [InlineData("web1", "web1")]
    [InlineData("[::1]:9100", "[::1]")]
    [InlineData("fe80::1", "fe80::1")]
    [InlineData("web1:", "web1:")]
    [InlineData("web1:http", "web1:http")]
    public void Host_is_the_instance_without_its_port(string instance, string host)
    {
        byte[] key = LabelSet.OfMetric("up", new Label("instance", instance), new Label("job", "node")).ToKey();

        Assert.Equal(host, System.Text.Encoding.UTF8.GetString(SeriesKey.HostOf(key)));
    }

    [Fact]
    public void A_key_reads_back_to_the_same_set()
    {
        var set = LabelSet.OfMetric("m", new Label("z", "ü\n\"\\"), new Label("a", new string('x', 300)));

        Assert.Equal(set, LabelSet.FromKey(set.ToKey()));
    }

    [Fact]
    public void A_batch_makes_the_same_key_whatever_the_order_of_labels()
    {
        var batch = new SampleBatch();
        batch.BeginSeries();
        batch.AddLabel("zone", "a");
        batch.AddLabel("__name__", "up");
        batch.AddLabel("empty", "");
        Assert.True(batch.EndLabels());
        batch.AddSample(1, 2);

        Assert.Equal(LabelSet.OfMetric("up", new Label("zone", "a")).ToKey(), batch.KeyOf(batch.Series[0]).ToArray());
    }

    [Fact]
    public void A_batch_refuses_a_label_name_that_stands_twice()
    {
        var batch = new SampleBatch();
        batch.BeginSeries();
        batch.AddLabel("a", "1");
        batch.AddLabel("b", "1");
        batch.AddLabel("a", "2");

        Assert.False(batch.EndLabels());
        Assert.Equal(0, batch.SeriesCount);
    }
}
