using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SampleApp;

// A function app like any other; tests start it as a process and read what it says on standard output.
var builder = FunctionsApplication.CreateBuilder(args);
builder.Services.AddHostedService<Announcer>();
builder.Build().Run();
