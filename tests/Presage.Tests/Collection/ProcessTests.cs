using System.Text;
using Presage.Collection;
using Presage.Collection.Reading;
using Xunit;

namespace Presage.Tests.Collection;

public sealed class ProcessTests : IDisposable
{
    const int Cores = 2, TopMax = 3;

    readonly Sources _sources = new("/nowhere/proc", "/nowhere/sys");
    readonly Collected _collected = new();
    readonly LinuxProcesses _processes;

    public ProcessTests() => _processes = new LinuxProcesses(_sources, Collected.Keys, TopMax, Cores);

    public void Dispose()
    {
        _processes.Dispose();
        _sources.Dispose();
    }

    [Fact]
    public void A_name_may_hold_spaces_and_parentheses()
    {
        Assert.True(ProcessStatLine.TryParse(Encoding.UTF8.GetBytes(Line(7, "a) (b c", 30, 100, 9)), out var process));

        Assert.Equal("a) (b c", Encoding.UTF8.GetString(process.Name));
        Assert.Equal((30UL, 100UL, 9UL, (byte)'S', false),
            (process.CpuTicks, process.ResidentPages, process.StartedTicks, process.State, process.IsKernelThread));
    }

    [Fact]
    public void Kernel_workers_are_one_family()
    {
        Assert.True(ProcessStatLine.TryParse(
            Encoding.UTF8.GetBytes(Line(7, "kworker/0:1-events", 30, 0, 9, flags: 0x0420_8060)), out var process));

        Assert.Equal("kworker", Encoding.UTF8.GetString(process.Name));
    }

    [Fact]
    public void Processes_of_a_name_count_together_as_a_share_of_all_cpus()
    {
        Scan(Line(1, "web", 1000, 10, 5), Line(2, "web", 500, 20, 6));

        // 10 s, 2 CPUs: 2000 ticks. 100 + 60 of old processes, 40 of one that started since.
        var samples = Scan(Line(1, "web", 1100, 10, 5), Line(2, "web", 560, 20, 6), Line(3, "web", 40, 30, 900));

        Assert.Equal(0.1, samples["presage_process_cpu_ratio{process=\"web\"}"], 6);
        Assert.Equal(60d * Environment.SystemPageSize, samples["presage_process_memory_bytes{process=\"web\"}"]);
        Assert.Equal((3, 3), (samples["presage_process_count{process=\"web\"}"], samples["node_processes_pids"]));
        Assert.Equal(3, samples["node_processes_state{state=\"S\"}"]);
        var top = Assert.Single(_processes.Top);
        Assert.Equal(("web", null, 3), (top.Name, top.Pid, top.Count));
    }

    [Fact]
    public void A_reused_number_and_a_new_name_start_anew()
    {
        Scan(Line(1, "old", 9000, 10, 5), Line(2, "shell", 100, 10, 5));

        var samples = Scan(Line(1, "new", 20, 10, 700), Line(2, "tool", 300, 10, 5));

        Assert.Equal(0.01, samples["presage_process_cpu_ratio{process=\"new\"}"], 6);
        Assert.Equal(0.1, samples["presage_process_cpu_ratio{process=\"tool\"}"], 6);
        Assert.Equal(0, samples["presage_process_count{process=\"old\"}"]);
    }

    [Fact]
    public void Names_near_the_border_do_not_come_and_go()
    {
        var lines = new string[8];
        var shown = new HashSet<string>();
        for (int scan = 0; scan < 30; scan++)
        {
            // Eight names take turns at being the three biggest.
            for (int i = 0; i < lines.Length; i++)
            {
                lines[i] = Line(i + 1, $"p{i}", 0, (ulong)(100 + ((i + scan) % 8)), 5);
            }

            var samples = Scan(lines);
            var now = samples.Keys.Where(key =>
                key.StartsWith("presage_process_count", StringComparison.Ordinal)).ToHashSet();
            Assert.True(now.IsSupersetOf(shown));
            Assert.DoesNotContain(samples, sample => double.IsNaN(sample.Value));
            shown = now;
        }

        Assert.True(shown.Count <= TopMax * 4);
    }

    [Fact]
    public void A_name_long_out_of_the_top_ends_with_a_stale_marker()
    {
        Scan(Line(1, "brief", 0, 10, 5));
        string[] others = [.. Enumerable.Range(0, 8).Select(i => Line(10 + i, $"p{i}", 0, 1000, 5))];

        var soon = Scan(others);
        var later = Enumerable.Range(0, 61).Select(_ => Scan(others)).Last(samples =>
            samples.ContainsKey("presage_process_count{process=\"brief\"}"));

        Assert.Equal(0, soon["presage_process_count{process=\"brief\"}"]);
        Assert.True(double.IsNaN(later["presage_process_count{process=\"brief\"}"]));
    }

    [Fact]
    public void Series_stay_bounded_whatever_runs()
    {
        for (int scan = 0; scan < 20; scan++)
        {
            string[] lines = [.. Enumerable.Range(0, 300).Select(i =>
                Line((scan * 300) + i + 1, $"n{scan}-{i}", (ulong)(i * 50), (ulong)(i * 10), (ulong)(1000 + scan)))];
            var samples = Scan(lines);
            int live = samples.Count(sample =>
                sample.Key.StartsWith("presage_process_count", StringComparison.Ordinal)
                    && !double.IsNaN(sample.Value));
            Assert.InRange(live, 1, TopMax * 4);
        }
    }

    Dictionary<string, double> Scan(params string[] lines) => _collected.Run(
        writer =>
        {
            _processes.BeginScan();
            foreach (string line in lines)
            {
                Assert.True(ProcessStatLine.TryParse(Encoding.UTF8.GetBytes(line), out var process));
                _processes.Add(int.Parse(line[..line.IndexOf(' ', StringComparison.Ordinal)]), process);
            }

            _processes.EndScan(writer);
        },
        seconds: 10);

    static string Line(int pid, string name, ulong cpuTicks, ulong pages, ulong started, uint flags = 0x40_0100) =>
        $"{pid} ({name}) S 1 1 1 0 -1 {flags} 0 0 0 0 {cpuTicks} 0 0 0 20 0 1 0 {started} 1000000 {pages} 1\n";
}
