using System.Text;
using Presage.Metrics.Vitals;
using Presage.Query;
using Xunit;

namespace Presage.Tests.Detection;

public sealed class VitalCatalogueTests
{
    [Fact]
    public void Holds_the_vital_signs_of_the_contract_in_order()
    {
        Assert.Equal(
            [
                "cpu_use", "cpu_iowait", "cpu_steal", "load", "tasks_running", "cpu_pressure", "memory_use",
                "memory_used", "memory_pressure", "process_memory", "swap_use", "swap_activity", "filesystem_use",
                "inode_use", "disk_busy", "disk_read_latency", "disk_write_latency", "disk_read", "disk_write",
                "io_pressure", "tasks_blocked", "disk_errors", "network_receive", "network_transmit", "packets",
                "udp_received", "network_errors", "tcp_retransmits", "temperature", "file_handles", "processes",
                "context_switches",
            ],
            VitalCatalogue.Default.Vitals.Select(vital => vital.Id));
    }

    [Fact]
    public void Has_six_headline_vitals() =>
        Assert.Equal(
            ["cpu_use", "load", "memory_use", "filesystem_use", "disk_busy", "network_receive"],
            VitalCatalogue.Default.Vitals.Where(vital => vital.Headline).Select(vital => vital.Id));

    [Theory]
    [InlineData(1, "[3s]")]
    [InlineData(2, "[8s]")]
    [InlineData(15, "[60s]")]
    [InlineData(60, "[240s]")]
    public void Rate_window_follows_the_cadence(int seconds, string window)
    {
        string query = VitalCatalogue.Default.Find("cpu_use")!.ValueQuery("node", TimeSpan.FromSeconds(seconds))!;

        Assert.Contains(window, query);
    }

    [Fact]
    public void Leaves_no_placeholder()
    {
        foreach (var vital in VitalCatalogue.Default.Vitals)
        {
            string query = vital.ValueQuery("node", TimeSpan.FromSeconds(15))!;
            string? capacity = vital.CapacityQuery("node", TimeSpan.FromSeconds(15));

            Assert.DoesNotContain("$", query);
            Assert.DoesNotContain("$", capacity ?? "");
        }
    }

    [Fact]
    public void Every_query_parses()
    {
        var engine = new PromQlEngine(new QueryLimits());
        foreach (var vital in VitalCatalogue.Default.Vitals)
        {
            engine.Prepare(vital.ValueQuery("node", TimeSpan.FromSeconds(1))!);
            if (vital.CapacityQuery("node", TimeSpan.FromSeconds(60)) is { } capacity)
            {
                engine.Prepare(capacity);
            }
        }
    }

    [Theory]
    [InlineData("""{"selectors":{},"vitals":[{"id":"a"}]}""", "missing required")]
    [InlineData("""{"selectors":{},"vitals":[],"extra":1}""", "extra")]
    [InlineData("null", "empty")]
    [InlineData(
        """
        {"selectors":{},"vitals":[{"id":"a","name":"A","unit":"parsecs","family":"cpu","concern":"high","floor":1,
        "description":"","queries":{"node":{"value":"1"}}}]}
        """,
        "unit \"parsecs\"")]
    [InlineData(
        """
        {"selectors":{},"vitals":[{"id":"a","name":"A","unit":"ratio","family":"cpu","concern":"high","floor":0,
        "description":"","queries":{"node":{"value":"1"}}}]}
        """,
        "floor must be positive")]
    public void Refuses_a_wrong_file_naming_the_fault(string json, string fault)
    {
        var e = Assert.Throws<FormatException>(() => VitalCatalogue.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(fault, e.Message);
    }
}
